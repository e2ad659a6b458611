internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Replaces a live schema by a snapshot's in one transaction on one connection.
///
/// Until its COMMIT the server shows the old state to everybody, and after it the new one; a kill
/// at any statement leaves one of both, and the journal says which. The new copy is built in the
/// same transaction, or it is there already, proven, beside the live one.
struct SchemaSwap {
  let connection: Connection
  let content: SnapshotContent
  let proof: SnapshotProof
  let plan: ReplacementPlan
  let options: ReplacementOptions
  let report: (_ phase: String, _ bytes: Int, _ rows: Int) -> Void

  /// Begins, and holds writers off the live tables until the swap ends; readers go on.
  ///
  /// What a snapshot shows from now on is all that was ever acknowledged.
  func hold(_ state: LiveState) throws {
    // Whatever the database's default is: what is read after the locks must be what is there then.
    try connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED")
    try connection.rollingBack {
      let locks = try begin()
      report("holding writers off", 0, 0)
      try locks.holdWritersOff(state.schema.tables)
    }
  }

  /// Does it, if the schema still is what the plan saw; ends the transaction of ``hold(_:)``.
  ///
  /// Returns the journal, and the versions that the ledger does not know.
  func run(
    _ state: LiveState,
    safety snapshot: String? = nil
  ) throws -> (journal: Journal, unknown: [String]) {
    try connection.goingOn {
      let locks = try begin()
      report("waiting for locks", 0, 0)
      try locks.take([(state.schema.tables, state.border)])
      // First what is there, then whether it is what the safety snapshot saw: never more.
      let contents =
        snapshot == nil ? nil : try SchemaContents.read(state.schema.oid, connection)
      let held = try LiveState.read(plan.schema, connection)
      guard held.binding == state.binding else { throw Problem.changedMeanwhile() }
      // Hours may lie between the plan and a copy beside; the binding has what moves, not what cannot.
      try held.border.requirePassable(plan.schema)
      let copy = plan.way == .beside ? try provenCopy() : nil
      let moves = BorderMoves(
        border: held.border,
        schema: plan.schema,
        connection: connection,
        unchecked: try SetAside.unchecked(of: plan.schema, connection),
        checksLater: plan.way == .beside
      )
      try moves.detach()
      try connection.renameSchema(plan.schema, to: plan.setAside)
      var unchecked: [Journal.Key] = []
      if let copy { unchecked = try bring(copy, moves) } else { try build() }
      try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
      report("border and ledger", 0, 0)
      unchecked += try moves.attach()
      try moves.giveDefaultRights()
      let unknown = try alignLedger(held)
      var journal = try newJournal(held, moves.keysToKeep)
      journal.unchecked = unchecked.isEmpty ? nil : unchecked
      if let snapshot {
        // A live schema that is safe in a snapshot is dropped from now on.
        journal.state = .accepting
        journal.safetySnapshot = snapshot
        journal.contents = contents
      }
      try write(journal, held)
      return (journal, unknown)
    }
  }

  private func begin() throws -> ExchangeLocks {
    try connection.setTransferSettings(forReading: false)
    let locks = ExchangeLocks(connection: connection, timeout: options.lockTimeout)
    try locks.announce(plan.schema)
    try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
    try LedgerAlignment(connection: connection).lock()
    return locks
  }

  /// The journal of the copy beside, which must be as it was when it was proven.
  private func provenCopy() throws -> Journal {
    guard let copy = try SchemaHead.read(plan.copy, connection),
      let journal = copy.comment.journals.last(where: { $0.operation == plan.operation }),
      journal.state == .proven,
      journal.build?.structure == (try SchemaStructure.digest(copy.oid, connection))
    else {
      throw Problem.changedMeanwhile("schema \(plan.copy) is not as it was when it was proven")
    }
    return journal
  }

  /// Gives the copy beside the live name, its rights, and its foreign keys to tables outside.
  ///
  /// Returns those whose rows are to be checked later.
  private func bring(_ copy: Journal, _ moves: BorderMoves) throws -> [Journal.Key] {
    try connection.renameSchema(plan.copy, to: plan.schema)
    try JournaledCopies(connection: connection).open(plan.schema, to: copy.grants)
    return try (proof.batches?.outgoingKeys ?? []).compactMap { script in
      if let key = ForeignKeyStatement(script) { return try moves.bring(key) }
      try apply(script, "foreign keys")
      return nil
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
    for part in proof.labels { try apply(part, "security labels") }
    try values.refreshViews(proof.work.selection.includes)
    // The planner needs statistics before anybody asks.
    try TableStatistics(connection: connection, schema: plan.schema).gather()
    try compare()
  }

  private func apply(_ script: String, _ part: String) throws {
    try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
    try DefinitionStatements(text: script, part: part).run(on: connection)
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

  private func compare() throws {
    report("comparing", 0, 0)
    try DigestComparison.check(proof.work.selection.tables, of: content, on: connection)
  }

  private func alignLedger(_ held: LiveState) throws -> [String] {
    guard held.applied != nil else { return [] }
    return try LedgerAlignment(connection: connection).align(
      plan.schema,
      to: content.manifest.ledger,
      reason: "restore \(plan.operation) of schema \(plan.schema) from snapshot \(plan.snapshot)"
    )
  }

  private func newJournal(_ held: LiveState, _ keys: [Journal.ForeignKey]) throws -> Journal {
    Journal(
      operation: plan.operation,
      state: .swapped,
      copy: .old,
      schema: plan.schema,
      setAside: plan.setAside,
      snapshot: plan.snapshot,
      at: try JournaledCopies(connection: connection).now(),
      by: held.identity.role,
      grants: held.schema.grants,
      foreignKeys: keys,
      ledger: held.applied?.map(\.version)
    )
  }

  private func write(_ journal: Journal, _ held: LiveState) throws {
    let copies = JournaledCopies(connection: connection)
    try copies.close(plan.setAside, to: held.schema.grants)
    try copies.write(journal, to: plan.setAside, keeping: held.schema.comment)
    var comment = try copies.comment(of: plan.schema)
    // The snapshot may have been taken while another operation's line was there.
    comment.journals = []
    try copies.write(journal.ofLive, to: plan.schema, keeping: comment)
  }
}
