internal import Catalog
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// Puts rows and values into a definition that is there and empty, in one transaction.
///
/// A failure or a kill leaves the tables as empty as they were, and the sequences that only they use
/// where they were. Foreign keys are obeyed, since the definition may not be the snapshot's: tables are
/// loaded in their order. Triggers of the user are off meanwhile, since they ran when the rows were
/// first written.
public struct DataOnlyRun: Sendable {
  /// Milliseconds that a statement waits for a lock.
  private static let lockTimeout = 5000

  private let content: SnapshotContent
  private let settings: ConnectionSettings
  private let options: RestoreOptions
  private let progress: @Sendable (RestoreProgress) -> Void

  /// Prepares a restore; nothing is opened yet.
  public init(
    of content: SnapshotContent,
    into settings: ConnectionSettings,
    options: RestoreOptions,
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.content = content
    self.settings = settings
    self.options = options
    self.progress = progress
  }

  /// Restores.
  ///
  /// Throws a `Problem` of kind `refused` where a table is missing, not empty or of another shape,
  /// and where foreign keys form a circle; nothing was changed then, as after every other failure.
  public func run() async throws -> RestoreResult {
    let started = ContinuousClock.now
    let selection = try await Lane("drydock.selection").run { [content, options] in
      try RestoreSelection(of: content, options: options)
    }
    let session = try await Session.opening(settings)
    let omissions = try await session.run { connection in
      do {
        try connection.requireOwnSession()
        try Target.inspect(connection).requireCompatible(content.manifest)
        return try connection.transaction { try fill(selection, connection) }
      } catch let error as PostgresError {
        throw Problem.ofRollback(
          error,
          "cannot restore the rows",
          lost: "All rows have come or none. Give the same command again: it brings them, or says"
            + " that the tables already hold rows."
        )
      } catch let problem as Problem {
        throw problem.afterRollback
      } catch is CancellationError {
        throw Problem.interrupted
      }
    }
    await session.close()
    return RestoreResult(
      tables: selection.tables.count,
      rows: selection.tables.reduce(0) { $0 + $1.rows },
      bytes: selection.tables.reduce(0) { $0 + $1.bytes },
      isVerified: options.verifies,
      omissions: omissions,
      seconds: started.secondsAgo
    )
  }

  /// The one transaction; returns what could not be brought.
  private func fill(_ selection: RestoreSelection, _ connection: Connection) throws -> [String] {
    try connection.setTransferSettings(forReading: false)
    try limitWaiting(connection)
    let target = DataOnlyTarget(connection: connection, tables: selection.tables)
    try target.requireDefinition()
    try target.lock()
    try target.requireEmpty()
    let sequences = try DataOnlySequences(of: content.manifest, selection, in: target)
    try sequences.hold()
    let triggers = try target.disableTriggers()
    try connection.execute("SET CONSTRAINTS ALL DEFERRED")
    try load(try target.inOrder(), connection)
    try limitWaiting(connection)
    // What was put off is due now: a table with pending events cannot be altered, and a failure
    // here is one before the values.
    try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for trigger in triggers { try connection.execute(trigger.enabling) }
    let omissions = try setValues(selection, target, connection)
    for table in selection.tables {
      try connection.execute("ANALYZE \(SQL.identifier(table.schema, table.name))")
    }
    if options.verifies { try compare(selection, connection) }
    return try omissions + sequences.set()
  }

  /// One COPY for each table, so that rows may refer to later rows of the same table.
  private func load(_ tables: [Manifest.Table], _ connection: Connection) throws {
    let reader = try content.repository.makeReader()
    let loader = RowLoader(
      connection: connection,
      repository: content.repository,
      encoding: content.manifest.database.encoding
    )
    let total = tables.reduce(0) { $0 + $1.bytes }
    var (bytes, rows) = (0, 0)
    for table in tables {
      try Task.checkCancellation()
      try limitWaiting(connection)
      try loader.load(try content.stripes(of: table, reader), of: table)
      bytes += table.bytes
      rows += table.rows
      progress(
        RestoreProgress(phase: "loading rows", bytes: bytes, totalBytes: total, rows: rows)
      )
    }
  }

  private func setValues(
    _ selection: RestoreSelection,
    _ target: DataOnlyTarget,
    _ connection: Connection
  ) throws -> [String] {
    let values = ValueLoader(connection: connection, manifest: content.manifest)
    var omissions: [String] = []
    if selection.isWhole {
      let reader = try content.repository.makeReader()
      let items = try content.largeObjects(reader)
      omissions = try values.createLargeObjects(
        items,
        reader: reader,
        without: options.without,
        roles: options.roles,
        isSuperuser: connection.reported("is_superuser") == "on"
      )
      omissions += try SecurityLabels(of: items).giveInside(connection)
    }
    let views = try target.views()
    try values.refreshViews { schema, name in
      selection.includes(schema, name) && views.contains(RelationName(schema: schema, name: name))
    }
    return omissions
  }

  private func compare(_ selection: RestoreSelection, _ connection: Connection) throws {
    progress(RestoreProgress(phase: "comparing", bytes: 0, totalBytes: 0, rows: 0))
    try DigestComparison.check(selection.tables, of: content, on: connection)
  }

  private func limitWaiting(_ connection: Connection) throws {
    try connection.execute("SET LOCAL lock_timeout = \(Self.lockTimeout)")
  }
}
