internal import Postgres
internal import Problems

/// The real drop of a set-aside copy, in batches, so that no transaction needs all locks at once.
///
/// The journal says `accepting` before the first batch and goes with the last, so a killed drop can
/// always be finished and never be undone.
struct SetAsideDrop {
  private static let batch = 100

  let connection: Connection
  let lockTimeout: Int

  /// Notes that the copy is being dropped.
  func begin(_ looked: LookedAt, safety snapshot: String) throws -> Journal {
    var journal = looked.found.journal
    journal.state = .accepting
    journal.safetySnapshot = snapshot
    let operation = journal.operation
    return try inTransaction(looked.plan.schema) {
      let copies = JournaledCopies(connection: connection)
      try copies.write(journal, to: looked.plan.setAside, keeping: looked.aside.schema.comment)
      let live = looked.live.schema.comment
      guard live.journals.contains(where: { $0.operation == operation }) else { return journal }
      journal.copy = .live
      try copies.write(journal, to: looked.plan.schema, keeping: live)
      return journal
    }
  }

  /// A copy that was proven is not complete any more from the first drop on.
  func giveUp(_ found: SetAside) throws {
    guard found.state == .proven else { return }
    try inTransaction(found.schema) {
      let copies = JournaledCopies(connection: connection)
      var journal = found.journal
      journal.state = .building
      try copies.write(journal, to: found.name, keeping: try copies.comment(of: found.name))
      journal.copy = .live
      try copies.write(journal, to: found.schema, keeping: try copies.comment(of: found.schema))
    }
  }

  /// What an error in the middle of a drop means.
  static func interrupted(_ error: PostgresError, _ journal: Journal) -> Problem {
    var problem = error.problem("the copy \(journal.setAside) was dropped in part")
    problem.kind = error.isRetryable ? .busy : .partial
    problem.hint = "drydock restore --resume \(journal.operation) drops the rest."
    return problem
  }

  /// Drops tables batch by batch, then the rest with the schema itself.
  func finish(_ found: SetAside) throws {
    var isLast = false
    while !isLast {
      isLast = try inTransaction(found.schema) { try dropBatch(found) }
    }
  }

  private func dropBatch(_ found: SetAside) throws -> Bool {
    guard let schema = try SchemaInventory.read(found.name, connection) else { return true }
    let views = try connection.query(
      """
      SELECT c.relname FROM pg_catalog.pg_class c
      WHERE c.relnamespace = $1 AND c.relkind = 'v' ORDER BY c.oid
      """,
      [Parameter(schema.oid)]
    ).map { SQL.identifier(found.name, $0.string("relname")) }
    let tables = try topTables(schema)
    let names = tables.prefix(Self.batch)
    // Under these locks nobody can hang a new object on what goes with CASCADE.
    for list in [views, Array(names)] where !list.isEmpty {
      try connection.execute("LOCK TABLE \(list.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE")
    }
    try requireUnused(schema)
    guard names.isEmpty else {
      try connection.execute("DROP TABLE \(names.joined(separator: ", ")) CASCADE")
      return false
    }
    try connection.execute("DROP SCHEMA \(SQL.identifier(found.name)) CASCADE")
    let copies = JournaledCopies(connection: connection)
    var comment = try copies.comment(of: found.schema)
    guard comment.journals.contains(where: { $0.operation == found.operation }) else { return true }
    comment.remove(found.operation)
    try copies.store(comment, of: found.schema)
    return true
  }

  /// Tables that go by themselves; partitions and heirs go with their parents.
  private func topTables(_ schema: SchemaInventory) throws -> [String] {
    try connection.query(
      """
      SELECT c.relname FROM pg_catalog.pg_class c
      WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p')
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
      ORDER BY c.oid
      """,
      [Parameter(schema.oid)]
    ).map { SQL.identifier(schema.name, $0.string("relname")) }
  }

  private func requireUnused(_ schema: SchemaInventory) throws {
    let border = try Border.read(schema, connection)
    let found = border.views.map { "view \($0.schema).\($0.name)" } + border.dropObstacles
    guard found.isEmpty, border.incoming.isEmpty else {
      throw Problem(
        .partial,
        code: "restore.still-used",
        "objects outside hang on \(schema.name)",
        facts: found.map { Problem.Fact("uses it", $0) },
        hint: "Drop or change them, then drydock restore --resume finishes."
      )
    }
  }

  private func inTransaction<Value>(_ schema: String, _ body: () throws -> Value) throws -> Value {
    try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      try connection.execute("SET LOCAL lock_timeout = \(lockTimeout)")
      try ExchangeLocks(connection: connection, timeout: lockTimeout).announce(schema)
      return try body()
    }
  }
}
