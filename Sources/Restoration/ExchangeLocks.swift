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
    guard taken.bool else {
      throw Problem(
        .busy,
        code: "restore.another-operation",
        "another restore works on schema \(schema) now; nothing was changed",
        hint: "Wait until it has ended; drydock restores shows what it did.",
        isRetryable: true
      )
    }
  }

  /// Locks views that reach inside, then all tables on both sides of the border.
  ///
  /// Views come first since their readers lock the view before the table: the other way round
  /// would deadlock with each of them.
  func take(_ states: [(tables: [SchemaInventory.LockedTable], border: Border)]) throws {
    do {
      try lock(states)
    } catch let error as PostgresError where Self.goneStates.contains(error.sqlState ?? "") {
      throw Problem.changedMeanwhile(error.message)
    }
  }

  /// A table, or its schema, that is no longer there.
  private static let goneStates = ["42P01", "3F000"]

  private func lock(_ states: [(tables: [SchemaInventory.LockedTable], border: Border)]) throws {
    try connection.execute("SET LOCAL lock_timeout = \(timeout)")
    for view in states.flatMap(\.border.views) {
      try connection.execute(
        "LOCK TABLE \(SQL.identifier(view.schema, view.name)) IN ACCESS EXCLUSIVE MODE"
      )
    }
    let tables = Dictionary(
      states.flatMap { state in
        state.tables + state.border.incoming.map(\.table) + state.border.outgoing.map(\.referenced)
      }.map { ($0.oid, $0) },
      uniquingKeysWith: { first, _ in first }
    ).values.sorted { $0.oid < $1.oid }
    for start in stride(from: 0, to: tables.count, by: Self.tablesInStatement) {
      let names = tables[start..<min(start + Self.tablesInStatement, tables.count)]
        .map { "ONLY \($0.sql)" }.joined(separator: ", ")
      try connection.execute("LOCK TABLE \(names) IN ACCESS EXCLUSIVE MODE")
    }
  }
}
