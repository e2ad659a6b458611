internal import Catalog
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// Restores one table, or one partitioned tree, into a live database beside the one of that name.
///
/// Everything happens in one transaction, which creates new objects only: no relation that was
/// there before is locked, nobody waits, and a failure or a kill leaves nothing. What would tie
/// the copy to live tables (foreign keys, triggers, publications) is left out and listed.
public struct TableBeside: Sendable {
  /// Milliseconds that a statement waits for a lock; only names in the catalog can be contended.
  private static let lockTimeout = 5000

  private let content: SnapshotContent
  private let name: String
  private let settings: ConnectionSettings
  private let options: RestoreOptions
  private let progress: @Sendable (RestoreProgress) -> Void

  /// Prepares a restore; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - content: The snapshot.
  ///   - name: The name that the table gets, in the schema that it is in.
  ///   - settings: The live database.
  ///   - options: Which one table, and what of its definition is left out.
  ///   - progress: Told what is being done.
  public init(
    of content: SnapshotContent,
    rename name: String,
    into settings: ConnectionSettings,
    options: RestoreOptions,
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.content = content
    self.name = name
    self.settings = settings
    self.options = options
    self.progress = progress
  }

  /// Restores.
  ///
  /// - Returns: What was done; its omissions name what ties the original to other tables.
  /// - Throws: A `Problem`; nothing is left behind then, save where the connection was lost in
  ///   the last step.
  public func run() async throws -> RestoreResult {
    let started = ContinuousClock.now
    try requireOneTable()
    let session = try await Session.opening(settings)
    let (target, taken) = try await look(session)
    report("definition")
    let copy = try await Lane("drydock.beside").run { [content, options, name] in
      try BesideCopy.make(
        of: content,
        name: name,
        taken: taken,
        serverMajor: target.serverVersion / 10000,
        options: options
      )
    }
    try await session.run { connection in
      try copy.needs.require(in: connection)
      do {
        try connection.transaction { try build(copy, connection) }
      } catch let error as PostgresError {
        throw Problem.ofRollback(
          error,
          "cannot restore \(copy.label) beside the live one",
          lost: "The new table is there whole, or not at all. Give the same command again: it makes"
            + " the table, or says that the name is taken."
        )
      } catch let problem as Problem {
        throw problem.afterRollback
      } catch is CancellationError {
        throw Problem.interrupted
      }
    }
    await session.close()
    return RestoreResult(
      name: copy.name,
      tables: copy.tables.count,
      rows: copy.tables.reduce(0) { $0 + $1.rows },
      bytes: copy.tables.reduce(0) { $0 + $1.bytes },
      isVerified: options.verifies && !options.isSchemaOnly,
      omissions: copy.omissions,
      seconds: started.secondsAgo
    )
  }

  private func requireOneTable() throws {
    guard options.tables.count == 1, options.excludedTables.isEmpty else {
      throw Problem(
        .usage,
        code: "restore.rename-one-table",
        "--rename gives one table another name, so it needs exactly one --table",
        hint: "drydock restore SNAPSHOT --into URL --table sales.orders --rename orders_restored"
      )
    }
    guard !name.isEmpty, name.utf8.count <= BesideNames.limit else {
      throw Problem(
        .usage,
        code: "restore.rename-length",
        "the new name '\(name)' must have 1 to \(BesideNames.limit) bytes",
        reason: "PostgreSQL cuts a longer name in silence"
      )
    }
  }

  /// Looks at the live database without touching it.
  private func look(_ session: Session) async throws -> (Target, BesideNames.Taken) {
    let manifest = content.manifest
    return try await session.run { connection in
      do {
        try connection.requireOwnSession()
        let target = try Target.inspect(connection)
        try target.requireCompatible(manifest)
        return (target, try BesideNames.taken(connection))
      } catch let error as PostgresError {
        throw Problem.ofLooking(error)
      }
    }
  }

  /// The one transaction.
  private func build(_ copy: BesideCopy, _ connection: Connection) throws {
    try connection.setTransferSettings(forReading: false)
    try limitWaiting(connection)
    try connection.execute(copy.preData)
    if !options.isSchemaOnly { try load(copy, connection) }
    report("indexes and constraints")
    try limitWaiting(connection)
    try connection.execute(copy.postData)
    guard !options.isSchemaOnly else { return }
    for statement in copy.values { try connection.execute(statement) }
    for table in copy.tables {
      try connection.execute("ANALYZE \(SQL.identifier(table.schema, table.name))")
    }
    report("comparing")
    guard options.verifies else { return }
    try DigestComparison.check(copy.tables, of: content, on: connection)
  }

  private func load(_ copy: BesideCopy, _ connection: Connection) throws {
    let loader = RowLoader(
      connection: connection,
      repository: content.repository,
      encoding: content.manifest.database.encoding
    )
    let reader = try content.repository.makeReader()
    let plan = LoadPlan(try copy.tables.map { ($0, try content.stripes(of: $0, reader)) })
    for piece in plan.pieces {
      try Task.checkCancellation()
      try loader.load(piece.stripes, of: piece.table)
      let done = plan.record(piece)
      progress(
        RestoreProgress(
          phase: "loading rows",
          bytes: done.bytes,
          totalBytes: plan.totalBytes,
          rows: done.rows
        )
      )
    }
  }

  private func limitWaiting(_ connection: Connection) throws {
    try connection.execute("SET LOCAL lock_timeout = \(Self.lockTimeout)")
  }

  private func report(_ phase: String) {
    progress(RestoreProgress(phase: phase, bytes: 0, totalBytes: 0, rows: 0))
  }
}
