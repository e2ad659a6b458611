internal import Postgres
internal import Problems

/// The real drop of a set-aside copy, in batches, so that no transaction needs all locks at once.
///
/// The journal says `accepting` before the first batch and goes with the last, so a killed drop can
/// always be finished and never be undone.
struct SetAsideDrop {
  private static let batch = 100

  /// What drops the rest where a drop has stopped.
  enum Ending: String {
    case resume, undo

    func command(_ operation: String) -> String { "drydock restore --\(rawValue) \(operation)" }
  }

  let connection: Connection
  let lockTimeout: Int
  var ends = Ending.resume

  /// Notes that the copy is being dropped.
  func begin(_ looked: LookedAt, safety snapshot: String) throws -> Journal {
    var journal = looked.found.journal
    journal.state = .accepting
    journal.safetySnapshot = snapshot
    journal.contents = looked.contents
    return try inTransaction(looked.plan.schema) {
      let copies = JournaledCopies(connection: connection)
      try copies.write(journal, to: looked.plan.setAside, keeping: looked.aside.schema.comment)
      let live = looked.live.schema.comment
      guard live.journals.contains(where: { $0.operation == journal.operation }) else {
        return journal
      }
      try copies.write(journal.ofLive, to: looked.plan.schema, keeping: live)
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
  ///
  /// - Parameters:
  ///   - error: It.
  ///   - journal: The copy's.
  ///   - ends: What drops the rest.
  ///   - live: What is live meanwhile, for a person.
  /// - Returns: The problem to throw.
  static func stopped(
    _ error: any Error,
    _ journal: Journal,
    ends: Ending = .resume,
    live: String
  ) -> Problem {
    var problem: Problem
    switch error {
    case _ where Task.isCancelled || error is CancellationError: problem = .interrupted
    case let error as Problem: problem = error
    case let error as PostgresError:
      problem = error.problem("the copy \(journal.setAside) was dropped in part")
      problem.kind = .partial
      problem.isRetryable = error.isRetryable
    default:
      let doing = "the copy \(journal.setAside) was dropped in part"
      problem = Problem(.partial, code: "restore.failed", doing, reason: "\(error)")
    }
    problem.facts.append(
      .init("state", "\(live); what is left of \(journal.setAside) is still to be dropped")
    )
    if !(error is Problem) { problem.hint = "\(ends.command(journal.operation)) drops the rest." }
    return problem
  }

  /// Drops views, then tables batch by batch, then the rest with the schema itself.
  func finish(_ journal: Journal) throws {
    var isLast = false
    while !isLast {
      isLast = try inTransaction(journal.schema) { try dropBatch(journal) }
    }
  }

  private func dropBatch(_ journal: Journal) throws -> Bool {
    guard let schema = try SchemaHead.read(journal.setAside, connection) else { return true }
    let views = try names(of: "c.relkind = 'v'", schema)
    let tables = views.isEmpty ? Array(try topTables(schema).prefix(Self.batch)) : []
    // Under these locks nobody can hang a new object on what goes with CASCADE.
    for view in views { try lock("VIEW", view, schema) }
    for view in try names(of: "c.relkind = 'm'", schema) {
      try lock("MATERIALIZED VIEW", view, schema)
    }
    if !tables.isEmpty {
      try connection.execute(
        "LOCK TABLE \(tables.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE"
      )
    }
    try requireKnown(journal, schema, connection)
    try requireUnused(schema, journal)
    guard views.isEmpty else {
      try connection.execute("DROP VIEW \(views.joined(separator: ", ")) CASCADE")
      return false
    }
    guard tables.isEmpty else {
      try connection.execute("DROP TABLE \(tables.joined(separator: ", ")) CASCADE")
      return false
    }
    try dropRest(journal, schema)
    return true
  }

  /// Drops what has no rows of its own, with the schema.
  private func dropRest(_ journal: Journal, _ schema: SchemaHead) throws {
    try connection.execute("DROP SCHEMA \(SQL.identifier(schema.name)) CASCADE")
    if journal.contents != nil {
      // It waited for whoever still made something in the schema. What these have committed was
      // dropped unseen; others see it until we commit.
      try requireKnown(journal, schema, try Connection.open(connection.effectiveSettings))
    }
    let copies = JournaledCopies(connection: connection)
    var comment = try copies.comment(of: journal.schema)
    guard comment.journals.contains(where: { $0.operation == journal.operation }) else { return }
    comment.remove(journal.operation)
    try copies.store(comment, of: journal.schema)
  }

  /// Locks a view and nothing else.
  ///
  /// `LOCK TABLE` takes what the view reads too (manual, LOCK), which may be live. To move it where
  /// it lies changes nothing (tested).
  private func lock(_ kind: String, _ view: String, _ schema: SchemaHead) throws {
    try connection.execute("ALTER \(kind) \(view) SET SCHEMA \(SQL.identifier(schema.name))")
  }

  /// Tables that go by themselves; partitions and heirs go with their parents.
  private func topTables(_ schema: SchemaHead) throws -> [String] {
    try names(
      of: """
        c.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
        """,
      schema
    )
  }

  private func names(of relations: String, _ schema: SchemaHead) throws -> [String] {
    try connection.query(
      """
      SELECT c.relname FROM pg_catalog.pg_class c
      WHERE c.relnamespace = $1 AND \(relations) ORDER BY c.oid
      """,
      [Parameter(schema.oid)]
    ).map { SQL.identifier(schema.name, $0.string("relname")) }
  }

  /// Refuses to drop what came after the safety snapshot: on PostgreSQL 18 an exchange does not wait
  /// for a transaction that makes a table.
  private func requireKnown(
    _ journal: Journal,
    _ schema: SchemaHead,
    _ connection: Connection
  ) throws {
    guard let known = journal.contents else { return }
    let found = try SchemaContents.unknown(in: schema.oid, beside: known, connection)
    guard !found.isEmpty else { return }
    throw Problem(
      .partial,
      code: "restore.not-in-safety-snapshot",
      "the copy \(schema.name) has what its safety snapshot does not have",
      reason: "it was made in a transaction that ended after that",
      facts: found.prefix(20).map { Problem.Fact("not safe", $0) },
      hint: "Move it (ALTER ... SET SCHEMA) or drop it, then"
        + " \(ends.command(journal.operation)) finishes."
    )
  }

  private func requireUnused(_ schema: SchemaHead, _ journal: Journal) throws {
    let border = try Border.read(schema, connection)
    let found =
      border.views.map { "view \($0.schema).\($0.name)" }
      + border.incoming.map { "foreign key \($0.name) of \($0.table.label)" }
      + border.dropObstacles
    guard found.isEmpty else {
      throw Problem(
        .partial,
        code: "restore.still-used",
        "objects outside hang on \(schema.name)",
        facts: found.map { Problem.Fact("uses it", $0) },
        hint: "Drop or change them, then \(ends.command(journal.operation)) finishes."
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
