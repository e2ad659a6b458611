internal import Foundation
internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Replaces a live schema by a snapshot's in one transaction on one connection.
///
/// Until its COMMIT the server shows the old state to everybody, and after it the new one; a kill
/// at any statement leaves one of both, and the journal says which.
struct SchemaSwap {
  let connection: Connection
  let content: SnapshotContent
  let proof: SnapshotProof
  let plan: ReplacementPlan
  let options: ReplacementOptions
  let report: (_ phase: String, _ bytes: Int, _ rows: Int) -> Void

  /// Entries of the definition that follow the live database instead of the snapshot.
  private static let livesOn = [
    "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "DEFAULT ACL",
  ]

  /// Does it, if the schema still is what the plan saw.
  ///
  /// Returns the journal, and the versions that the ledger does not know.
  func run(_ state: LiveState) throws -> (journal: Journal, unknown: [String]) {
    try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      let locks = ExchangeLocks(connection: connection, timeout: options.lockTimeout)
      try locks.announce(plan.schema)
      report("waiting for locks", 0, 0)
      try locks.take([(state.schema.tables, state.border)])
      let ledger = LedgerAlignment(connection: connection)
      if state.applied != nil { try ledger.lock() }
      let held = try LiveState.read(plan.schema, connection)
      try Self.requireUnchanged(held.binding == state.binding, plan.schema)
      let moves = BorderMoves(border: held.border, schema: plan.schema, connection: connection)
      try moves.detach()
      try connection.execute(
        "ALTER SCHEMA \(SQL.identifier(plan.schema)) RENAME TO \(SQL.identifier(plan.setAside))"
      )
      try build()
      try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
      report("border and ledger", 0, 0)
      try moves.attach()
      try moves.giveDefaultRights()
      let unknown = try alignLedger(held)
      return (try writeJournal(held, moves.keysToKeep), unknown)
    }
  }

  static func requireUnchanged(_ isUnchanged: Bool, _ schema: String) throws {
    guard !isUnchanged else { return }
    throw Problem(
      .refused,
      code: "restore.changed-meanwhile",
      "schema \(schema), or what crosses its border, was changed since the plan;"
        + " nothing was changed",
      hint: "Run the command without --confirm, and read the new plan."
    )
  }

  /// Definition, rows, sequences, indexes and constraints, views, statistics, and the proof.
  private func build() throws {
    report("definition", 0, 0)
    try apply(.preData, proof.work.preData)
    try loadRows()
    let values = ValueLoader(connection: connection, manifest: content.manifest)
    try values.setSequences(proof.work.selection.includes)
    report("indexes and constraints", 0, 0)
    try apply(.postData, proof.work.postData)
    try values.refreshViews(proof.work.selection.includes)
    if !proof.work.tables.isEmpty { try analyze() }
    try compare()
  }

  private func apply(_ section: Archive.Section, _ entries: [Archive.Entry]?) throws {
    let chosen = entries?.filter { !Self.livesOn.contains($0.kind) }
    let script = try proof.work.archive.script(section, only: chosen, without: options.without)
    try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
    do {
      try connection.execute(try Self.body(of: script, content.manifest.database.encoding))
    } catch let error as PostgresError
      where !error.isRetryable && !error.isCancelled && !error.isConnectionLost
    {
      var problem = error.problem("the \(section.rawValue) part of the definition failed")
      problem.facts.append(.init("state", "nothing was changed: the transaction was rolled back"))
      throw problem
    }
  }

  /// The script without its head, which sets the session up: that is done here already, and a
  /// newer `pg_restore` sets parameters there that an older server does not know.
  private static func body(of script: String, _ encoding: String) throws -> String {
    guard encoding == "UTF8" || script.utf8.allSatisfy({ $0 < 128 }) else {
      throw Problem(
        .refused,
        code: "restore.definition-encoding",
        "the definition has names in \(encoding), which one transaction cannot restore",
        hint: "Restore into an empty database instead: createdb NAME, then --into that one."
      )
    }
    guard let start = script.range(of: "\n-- Name: ") else { return "" }
    return String(script[start.lowerBound...])
  }

  private func loadRows() throws {
    let loader = RowLoader(
      connection: connection,
      reader: try content.repository.makeReader(),
      encoding: content.manifest.database.encoding
    )
    while let piece = proof.work.plan.next() {
      try loader.load(piece.stripes, of: piece.table)
      let done = proof.work.plan.record(piece)
      report("loading rows", done.bytes, done.rows)
    }
  }

  private func analyze() throws {
    let tables = proof.work.tables.map { SQL.identifier($0.table.schema, $0.table.name) }
    try connection.execute("ANALYZE \(tables.joined(separator: ", "))")
  }

  private func compare() throws {
    report("comparing", 0, 0)
    let comparison = DigestComparison(
      of: proof.work.selection.tables,
      seed: content.repository.digestSeed,
      encoding: content.manifest.database.encoding
    )
    for claim in comparison.claims { try comparison.check(claim, on: connection) }
  }

  private func alignLedger(_ held: LiveState) throws -> [String] {
    guard held.applied != nil else { return [] }
    return try LedgerAlignment(connection: connection).align(
      to: Set(content.manifest.ledger.map(\.version)),
      reason: "restore \(plan.operation) of schema \(plan.schema) from snapshot \(plan.snapshot)"
    )
  }

  private func writeJournal(_ held: LiveState, _ keys: [Journal.ForeignKey]) throws
    -> Journal
  {
    let copies = JournaledCopies(connection: connection)
    var journal = Journal(
      operation: plan.operation,
      state: .swapped,
      copy: .old,
      schema: plan.schema,
      setAside: plan.setAside,
      snapshot: plan.snapshot,
      at: try copies.now(),
      by: held.identity.role,
      grants: held.schema.grants,
      foreignKeys: keys,
      ledger: held.applied?.map(\.version)
    )
    try copies.close(plan.setAside, to: held.schema.grants)
    try copies.write(journal, to: plan.setAside, keeping: held.schema.comment)
    journal.copy = .live
    var comment = try copies.comment(of: plan.schema)
    // The snapshot may have been taken while another operation's line was there.
    comment.journals = []
    try copies.write(journal, to: plan.schema, keeping: comment)
    return journal
  }
}
