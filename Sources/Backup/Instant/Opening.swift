internal import Catalog
internal import Postgres
internal import Problems
internal import Snapshot

/// What is known once the instant is open: what there is to read, and how the database calls itself.
struct Opening: Sendable {
  let read: ConsistentRead
  let history: History
  let parent: Parent?
  /// Who names the pages that changed since the parent; nil where everything is read anyway.
  let source: PageSource?
  /// The relations that were chosen.
  let relations: [Relation]
  /// Their pages, by oid.
  let pages: [Int: Int]
  /// Their states, by oid.
  let states: [Int: RelationState]
  let database: Manifest.Database
  /// The schemas of which a partial snapshot leaves nothing out; nil for a whole one.
  let wholeSchemas: [String]?
  let server: Manifest.Server
  let sequences: [Manifest.Sequence]
  let views: [Manifest.MaterializedView]
  let ledger: [Manifest.LedgerEntry]
  let ledgerPosition: Int
  let fingerprint: [UInt8]
  let canReadPasswords: Bool

  /// The size of a page.
  var blockSize: Int { Int(server.settings["block_size"] ?? "") ?? 8192 }

  /// The horizon that pages are compared with; nil where everything is read anyway.
  var comparedHorizon: LSN? { history.comparedHorizon(parent) }

  /// Opens the instant on `holder` and reads what is small.
  ///
  /// The order matters: the horizon first, while no lock is held; then locks and snapshot; then
  /// what proves both; and only then sizes.
  static func open(
    on holder: Connection,
    settings: ConnectionSettings,
    choice: Parent.Choice,
    repository: String,
    options: BackupOptions
  ) throws -> Opening {
    let observer = try Connection.open(settings)
    try observer.freeFromSettings()
    let horizon = try Horizon.establish(
      on: observer,
      wait: options.horizonWait,
      omitted: options.omitted
    )
    let read = try ConsistentRead.open(
      on: holder,
      observer: observer,
      lockTimeout: options.lockTimeout,
      omitted: options.omitted
    )
    guard let insert = LSN(read.lsn) else {
      throw PostgresError(message: "the server's log position is not readable: \(read.lsn)")
    }
    let parent = choice.parent
    let history = try History.settle(
      horizon,
      insert: insert,
      choice: choice,
      observer: observer,
      repository: repository,
      options: options
    )
    let source = try history.comparedHorizon(parent).map { horizon in
      try PageSource.find(
        PageSource.Request(
          horizon: horizon,
          insert: insert,
          timeline: history.facts.timeline,
          databaseOid: history.facts.databaseOid,
          checkpoint: options.checkpoint,
          omitted: options.omitted
        ),
        on: observer
      )
    }
    let reader = DatabaseReader(connection: holder)
    let chosen = try Selection(options: options).of(read.relations)
    let database = try reader.database()
    return Opening(
      read: read,
      history: history,
      parent: parent,
      source: source,
      relations: chosen,
      pages: try reader.pages(chosen),
      states: try RelationState.read(holder),
      database: database,
      wholeSchemas: try reader.wholeSchemas(of: database, read.relations, options),
      server: try reader.server(),
      sequences: try reader.sequences(chosen),
      views: try reader.materializedViews(chosen),
      ledger: try reader.ledger(),
      ledgerPosition: try reader.ledgerPosition(),
      fingerprint: try SchemaFingerprint.read(holder).encoded(),
      canReadPasswords: try reader.canReadPasswords()
    )
  }
}
