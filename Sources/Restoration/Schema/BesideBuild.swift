internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Builds a snapshot's schema beside the live one, under `<base>__dd_<op>_new`, and proves it.
///
/// The definition comes in flips (see `SchemaFlip`), rows on several connections in between. The
/// journal says `building` from the first commit on and `proven` at the end, so a kill anywhere
/// leaves the live schema as it was and a copy that `--resume` or `--undo` knows what to do with.
struct BesideBuild: Sendable {
  let session: Session
  let content: SnapshotContent
  let prepared: SchemaReplacement.Prepared
  let batches: DefinitionBatches
  let settings: ConnectionSettings
  let options: ReplacementOptions
  let progress: @Sendable (RestoreProgress) -> Void

  private var plan: ReplacementPlan { prepared.plan }

  /// Builds the copy; the journal says `proven` afterwards.
  func run() async throws {
    report("definition")
    try await session.run { try define($0) }
    report("trial of indexes")
    try await session.run { try requireNoObstacle($0) }
    try await load()
    report("indexes and constraints")
    try await session.run { connection in
      for part in batches.postData { try apply(part, "second part", connection) }
      for part in prepared.proof.labels { try apply(part, "security labels", connection) }
      try setValues(connection)
      report("statistics")
      try analyze(connection)
      try prove(connection)
    }
  }

  private func report(_ phase: String) {
    progress(RestoreProgress(phase: phase, bytes: 0, totalBytes: plan.bytes, rows: 0))
  }

  private func flip(_ connection: Connection) -> SchemaFlip {
    SchemaFlip(
      connection: connection,
      schema: plan.schema,
      copy: plan.copy,
      aside: plan.setAside,
      lockTimeout: options.lockTimeout
    )
  }

  private func define(_ connection: Connection) throws {
    let flip = flip(connection)
    for (number, part) in batches.preData.enumerated() {
      let isLast = number == batches.preData.count - 1
      try flip.run(isFirst: number == 0) {
        try DefinitionStatements(text: part, part: "first part").run(on: connection)
      } noting: {
        try note(.building, connection)
        if isLast { try close(connection) }
      }
    }
  }

  /// Nobody may use the copy before it is live; its rights wait in its journal.
  private func close(_ connection: Connection) throws {
    let copies = JournaledCopies(connection: connection)
    try copies.close(plan.copy, to: try head(connection).grants)
  }

  private func head(_ connection: Connection) throws -> SchemaHead {
    guard let found = try SchemaHead.read(plan.copy, connection) else {
      throw Problem.changedMeanwhile("schema \(plan.copy) is gone")
    }
    return found
  }

  private func requireNoObstacle(_ connection: Connection) throws {
    let obstacles = BesideObstacles(connection: connection)
    var found = try obstacles.publications()
    for part in batches.trial.isEmpty ? [""] : batches.trial {
      found += try flip(connection).rehearse {
        try DefinitionStatements(text: part, part: "second part").run(on: connection)
        return try obstacles.find(in: plan.schema)
      }
    }
    try BesideObstacles.requireNone(found, plan.schema)
  }

  private func load() async throws {
    let tables = prepared.proof.work.tables.map { table, stripes in
      (table: table.moved(to: plan.copy), stripes: stripes)
    }
    var restore = RestoreOptions()
    restore.jobs = options.jobs
    let rows = RowRestore(
      content: content,
      settings: settings,
      options: restore,
      progress: progress
    )
    try await rows.run(tables.map(\.table), LoadPlan(tables), [:])
  }

  private func apply(_ text: String, _ part: String, _ connection: Connection) throws {
    try flip(connection).run {
      try DefinitionStatements(text: text, part: part).run(on: connection)
    }
  }

  private func setValues(_ connection: Connection) throws {
    let values = ValueLoader(connection: connection, manifest: content.manifest)
    let selection = prepared.proof.work.selection
    try flip(connection).run {
      try values.setSequences(selection.includes)
      try values.refreshViews(selection.includes)
    }
  }

  /// Statistics, in no transaction of ours: each table's locks go with it.
  private func analyze(_ connection: Connection) throws {
    try TableStatistics(connection: connection, schema: plan.copy).gather()
  }

  private func prove(_ connection: Connection) throws {
    try connection.transaction {
      try connection.setTransferSettings(forReading: false)
      try ExchangeLocks(connection: connection, timeout: options.lockTimeout).announce(plan.schema)
      try connection.execute("SET LOCAL lock_timeout = \(options.lockTimeout)")
      try note(.proven, connection)
    }
  }

  /// Writes the operation's line to both copies.
  private func note(_ state: OperationState, _ connection: Connection) throws {
    let copies = JournaledCopies(connection: connection)
    let copy = try head(connection)
    let known = copy.comment.journals.last { $0.operation == plan.operation }
    var journal = Journal(
      operation: plan.operation,
      state: state,
      copy: .new,
      schema: plan.schema,
      setAside: plan.copy,
      snapshot: plan.snapshot,
      at: try copies.now(),
      by: prepared.state.identity.role,
      grants: known?.grants ?? []
    )
    journal.grants += copy.grants.filter { !journal.grants.contains($0) }
    journal.build = Journal.Build(
      basis: try prepared.state.basis,
      without: options.without.rawValue,
      drops: options.drop != nil,
      structure: state == .proven ? try SchemaStructure.digest(copy.oid, connection) : nil
    )
    var comment = copy.comment
    // The snapshot may have been taken while another operation's line was there.
    comment.journals = []
    try copies.write(journal, to: plan.copy, keeping: comment)
    journal.copy = .live
    journal.grants = []
    try copies.write(journal, to: plan.schema, keeping: try copies.comment(of: plan.schema))
  }
}

extension Manifest.Table {
  /// The same rows, for a table of the same name in another schema.
  fileprivate func moved(to schema: String) -> Manifest.Table {
    var table = self
    table.schema = schema
    if let root = loadRoot { table.loadRoot = Manifest.Root(schema: schema, name: root.name) }
    return table
  }
}
