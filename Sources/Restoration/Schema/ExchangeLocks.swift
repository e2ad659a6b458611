internal import Postgres
internal import Problems

/// The locks that an exchange of names takes before anything else.
///
/// A bare rename does not wait: one open transaction then wrote to both copies (tested). So every
/// table is locked first, always in the order of oids, so that two operations cannot deadlock.
struct ExchangeLocks {
  private static let tablesInStatement = 200
  /// The first half of the advisory lock's key; the second comes from the schema's name.
  private static let advisoryClass = 1_146_242_137

  let connection: Connection
  let timeout: Int

  /// Says that an operation on this schema is alive; `busy` when another one is.
  ///
  /// It also asks for a COMMIT that survives a crash of the server, where a role or database has
  /// turned that off: what was reported as done must stay done.
  func announce(_ schema: String) throws {
    try connection.execute(
      """
      SELECT pg_catalog.set_config('synchronous_commit', 'on', true)
      WHERE pg_catalog.current_setting('synchronous_commit') = 'off'
      """
    )
    let taken = try connection.query(
      "SELECT pg_catalog.pg_try_advisory_xact_lock($1::int, pg_catalog.hashtext($2))",
      [Parameter(Self.advisoryClass), .text(schema)]
    )
    guard taken.bool else { throw Self.another(schema) }
  }

  /// Says so for as long as the session lasts, over several transactions.
  func announceForSession(_ schema: String) throws {
    let taken = try connection.query(
      "SELECT pg_catalog.pg_try_advisory_lock($1::int, pg_catalog.hashtext($2))",
      [Parameter(Self.advisoryClass), .text(schema)]
    )
    guard taken.bool else { throw Self.another(schema) }
  }

  /// Locks views that reach inside, then all tables on both sides of the border.
  ///
  /// Views come first since their readers lock the view before the table: the other way round
  /// would deadlock with each of them. `LOCK TABLE` of a view would also take every table that it
  /// reads (manual, LOCK), so a view is moved where it lies, which locks it alone (tested).
  func take(_ states: [(tables: [LockedTable], border: Border)]) throws {
    let tables = Dictionary(
      states.flatMap { state in
        state.tables + state.border.incoming.map(\.table) + state.border.outgoing.map(\.referenced)
      }.map { ($0.oid, $0) },
      uniquingKeysWith: { first, _ in first }
    ).values.sorted { $0.oid < $1.oid }
    try withinTimeout { wait in
      for view in states.flatMap(\.border.views) {
        try wait(
          "ALTER VIEW \(SQL.identifier(view.schema, view.name))"
            + " SET SCHEMA \(SQL.identifier(view.schema))"
        )
      }
      for list in Self.lists(of: tables) { try wait("LOCK TABLE \(list) IN ACCESS EXCLUSIVE MODE") }
    }
  }

  /// Locks tables against everybody who writes.
  func holdWritersOff(_ tables: [LockedTable]) throws {
    try withinTimeout { wait in
      for list in Self.lists(of: tables) { try wait("LOCK TABLE \(list) IN EXCLUSIVE MODE") }
    }
  }

  /// A table, or its schema, that is no longer there.
  private static let goneStates = ["42P01", "3F000"]

  private static func another(_ schema: String) -> Problem {
    Problem(
      .busy,
      code: "restore.another-operation",
      "another restore works on schema \(schema) now; nothing was changed",
      hint: "Wait until it has ended; drydock restores shows what it did.",
      isRetryable: true
    )
  }

  private static func lists(of tables: [LockedTable]) -> [String] {
    stride(from: 0, to: tables.count, by: tablesInStatement).map { start in
      tables[start..<min(start + tablesInStatement, tables.count)]
        .map { "ONLY \($0.sql)" }.joined(separator: ", ")
    }
  }

  /// Lends a way to lock that gives up when all locks together took longer than the time limit.
  ///
  /// `lock_timeout` alone counts anew for each lock, and whoever needs a table that is locked already
  /// would wait for all of them.
  private func withinTimeout(_ body: ((String) throws -> Void) throws -> Void) throws {
    let end = ContinuousClock.now + .milliseconds(timeout)
    do {
      try body { statement in
        let left = max(1, Int((end - ContinuousClock.now) / .milliseconds(1)))
        try connection.execute(
          "SET LOCAL lock_timeout = \(left); SET LOCAL statement_timeout = \(left)"
        )
        try connection.execute(statement)
      }
    } catch let error as PostgresError where Self.goneStates.contains(error.sqlState ?? "") {
      throw Problem.changedMeanwhile(error.message)
    } catch let error as PostgresError where error.isCancelled && !Task.isCancelled {
      throw PostgresError(
        sqlState: "55P03",
        message: "the locks were not obtained within \(timeout) ms"
      )
    }
    try connection.execute(
      "SET LOCAL lock_timeout = \(timeout); SET LOCAL statement_timeout = 0"
    )
  }
}
