internal import Postgres
internal import Problems

/// A session in another database than those that are renamed, since nobody may be inside them.
///
/// It holds an advisory lock for as long as it lives, so a second operation on the same database
/// knows that this one is alive.
enum MaintenanceSession {
  private static let advisoryClass = 1_146_242_138

  /// Opens it; `busy` when another operation on the database is alive.
  static func open(
    _ settings: ConnectionSettings,
    beside live: String,
    _ options: DatabaseReplacementOptions,
    insteadOfLost isSecond: Bool = false
  ) async throws -> Session {
    try requireOther(than: live, options)
    let session = try await connect(settings, options)
    return try await Problem.onMaintenance {
      try await session.run { try lock(live, $0, waiting: isSecond) }
      return session
    }
  }

  /// The same session where it still answers, else another one.
  static func renewed(
    _ session: Session,
    _ settings: ConnectionSettings,
    beside live: String,
    _ options: DatabaseReplacementOptions
  ) async throws -> Session {
    do {
      try await session.run { _ = try $0.execute("SELECT 1") }
      return session
    } catch let error as PostgresError where error.isConnectionLost {
      await session.close()
      return try await open(settings, beside: live, options, insteadOfLost: true)
    }
  }

  /// Refuses the live database itself as the place to rename it from.
  static func requireOther(than live: String, _ options: DatabaseReplacementOptions) throws {
    guard options.maintenance != live else {
      throw Problem(
        .usage,
        code: "restore.maintenance-database",
        "database \(live) cannot be renamed from a session in it",
        hint: "Name another one that exists: --maintenance-db template1."
      )
    }
  }

  /// Opens one without the lock, and frees it from what the server sets for sessions there.
  static func connect(_ settings: ConnectionSettings, _ options: DatabaseReplacementOptions)
    async throws
    -> Session
  {
    do {
      let session = try await Session.open(settings.database(options.maintenance))
      try await session.run { try settle($0, options.lockTimeout) }
      return session
    } catch let error as PostgresError {
      throw error.problem(
        "cannot connect to the maintenance database \(options.maintenance)",
        hint: "Name one that you may connect to: --maintenance-db NAME."
      )
    }
  }

  /// A build may take hours, and what is reported as done must survive a crash of the server.
  private static func settle(_ connection: Connection, _ lockTimeout: Int) throws {
    try connection.freeFromTimeLimits()
    try connection.execute(
      """
      SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
      WHERE pg_catalog.current_setting('synchronous_commit') = 'off';
      SET default_transaction_read_only = off; SET search_path = '';
      SET lock_timeout = \(lockTimeout)
      """
    )
  }

  /// Our own lost session has it until the server notices the loss, so its successor waits for that.
  private static func lock(_ live: String, _ connection: Connection, waiting: Bool) throws {
    if waiting {
      try connection.query(
        "SELECT pg_catalog.pg_advisory_lock($1::int, pg_catalog.hashtext($2))",
        [Parameter(advisoryClass), .text(live)]
      )
      return
    }
    let taken = try connection.query(
      "SELECT pg_catalog.pg_try_advisory_lock($1::int, pg_catalog.hashtext($2))",
      [Parameter(advisoryClass), .text(live)]
    )
    guard !taken.bool else { return }
    throw Problem(
      .busy,
      code: "restore.another-operation",
      "another restore works on database \(live) now; nothing was changed",
      hint: "Wait until it has ended; drydock restores shows what it did.",
      isRetryable: true
    )
  }
}
