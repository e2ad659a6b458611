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

  /// Does it, if the schema still is what the plan saw.
  ///
  /// Returns the journal, and the versions that the ledger does not know.
  func run(_ state: LiveState) throws -> (journal: Journal, unknown: [String]) {
    try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      let locks = ExchangeLocks(connection: connection, timeout: options.lockTimeout)
      try locks.announce(plan.schema)
      report("waiting for locks", 0, 0)
      try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
      try LedgerAlignment(connection: connection).lock()
      try locks.take([(state.schema.tables, state.border)])
      let held = try LiveState.read(plan.schema, connection)
      guard held.binding == state.binding else { throw Problem.changedMeanwhile() }
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

  /// Definition, rows, sequences, indexes and constraints, views, statistics, and the proof.
  private func build() throws {
    report("definition", 0, 0)
    try apply(proof.preData, "first part")
    try loadRows()
    let values = ValueLoader(connection: connection, manifest: content.manifest)
    try values.setSequences(proof.work.selection.includes)
    report("indexes and constraints", 0, 0)
    try apply(proof.postData, "second part")
    try values.refreshViews(proof.work.selection.includes)
    try analyze()
    try compare()
  }

  private func apply(_ script: String, _ part: String) throws {
    try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
    do {
      try connection.execute(script)
    } catch {
      guard !error.isRetryable, !error.isCancelled, !error.isConnectionLost else { throw error }
      var problem = error.problem("the \(part) of the snapshot's definition failed")
      // A row or a foreign key that does not fit what is live now: no fault of the snapshot.
      if error.sqlState?.hasPrefix("23") == true { problem.kind = .refused }
      throw problem
    }
  }

  private func loadRows() throws {
    let loader = RowLoader(
      connection: connection,
      repository: content.repository,
      encoding: content.manifest.database.encoding
    )
    for piece in proof.work.plan.pieces {
      try loader.load(piece.stripes, of: piece.table)
      let done = proof.work.plan.record(piece)
      report("loading rows", done.bytes, done.rows)
    }
  }

  /// Statistics for the planner, before anybody asks; partitions come with their parents.
  private func analyze() throws {
    let tables = try connection.query(
      """
      SELECT relname FROM pg_catalog.pg_class
      WHERE relnamespace = $1::pg_catalog.regnamespace AND relkind IN ('r', 'p', 'm')
        AND NOT relispartition
      """,
      [.text(SQL.identifier(plan.schema))]
    ).map { SQL.identifier(plan.schema, $0.string("relname")) }
    guard !tables.isEmpty else { return }
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
