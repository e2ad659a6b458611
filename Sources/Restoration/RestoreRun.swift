internal import Catalog
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// Puts a snapshot, or a part of it, into a database that holds nothing of it yet.
///
/// Definition before the rows; rows on several connections, which also build the indexes of large
/// tables and read everything back to compare it; sequences and large objects; the other indexes,
/// and constraints; materialised views, statistics.
public struct RestoreRun: Sendable {
  let content: SnapshotContent
  let settings: ConnectionSettings
  let options: RestoreOptions
  let progress: @Sendable (RestoreProgress) -> Void

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
  /// Throws a `Problem`: of kind `refused` before anything was changed, of kind `partial` when the
  /// target holds a part, `damaged` when it reads back otherwise.
  public func run() async throws -> RestoreResult {
    let started = ContinuousClock.now
    let selection = try await select()
    let session = try await Session.opening(settings)
    let target = try await inspect(session, selection)
    let work = try await Lane("drydock.restore").run { [content, options] in
      try RestoreWork(
        content: content,
        selection: selection,
        options: options,
        serverVersion: target.serverVersion
      )
    }
    // In one transaction a failure leaves nothing.
    var isPart = !work.fitsOneTransaction
    let refused: [String]
    do {
      let before = try await define(.preData, work.definition, work, target, session)
      isPart = true
      try await neutralise(session) { copy throws(PostgresError) in try copy.ofDefinition() }
      refused = try await before + fill(work, target, session)
    } catch {
      let problem = Self.problem(error)
      throw isPart ? problem.afterPart(of: target.database) : problem
    }
    await session.close()
    return RestoreResult(
      tables: work.tables.count,
      rows: work.tables.reduce(0) { $0 + $1.table.rows },
      bytes: work.plan.totalBytes,
      isVerified: options.verifies && !options.isSchemaOnly,
      omissions: selection.omissions + refused,
      seconds: started.secondsAgo
    )
  }

  /// Asks the guards alone; changes nothing.
  ///
  /// Throws a `Problem` of kind `refused` where the restore would be refused.
  public func requireTarget() async throws {
    let selection = try await select()
    let session = try await Session.opening(settings)
    _ = try await inspect(session, selection)
    await session.close()
  }

  private func select() async throws -> RestoreSelection {
    try await Lane("drydock.selection").run { [content, options] in
      try RestoreSelection(of: content, options: options)
    }
  }

  /// What ended a restore in its middle; whatever failed because someone asked to stop is that.
  private static func problem(_ error: any Error) -> Problem {
    if Task.isCancelled || error is CancellationError { return .interrupted }
    if let problem = error as? Problem { return problem }
    if let error = error as? PostgresError { return error.problem("the restore failed") }
    return Problem(code: "restore.failed", "the restore failed", reason: "\(error)")
  }

  private func inspect(_ session: Session, _ selection: RestoreSelection) async throws -> Target {
    let (options, manifest) = (options, content.manifest)
    return try await session.run { connection in
      do {
        try connection.requireOwnSession()
        let target = try Target.inspect(connection)
        try target.requireCompatible(manifest)
        try target.requireEmpty(for: options, tables: selection.tables)
        return target
      } catch let error as PostgresError {
        throw error.problem("cannot look at the target database")
      }
    }
  }

  /// Makes a section of the definition; returns what the server refused to this role.
  private func define(
    _ section: Archive.Section,
    _ entries: [Archive.Entry]?,
    _ work: RestoreWork,
    _ target: Target,
    _ session: Session
  ) async throws -> [String] {
    report(section == .preData ? "definition" : "indexes and constraints")
    let (settings, options) = (settings, options)
    if !target.isSuperuser || !options.roles.isEmpty {
      let run = DefinitionRun(
        archive: work.archive,
        options: options,
        isSuperuser: target.isSuperuser
      )
      return try await session.run { connection in
        try run.run(
          section,
          only: entries,
          isOneTransaction: section == .preData && work.fitsOneTransaction,
          on: connection
        )
      }
    }
    try await Lane("drydock.pg_restore").run {
      let steps = DefinitionSteps(options: options)
      let calls =
        section == .preData
        ? steps.preData(entries, inOneTransaction: work.fitsOneTransaction)
        : try postData(entries ?? work.archive.entries(), steps, work)
      for call in calls {
        let user = call.isForLoader ? options.loader ?? settings : settings
        try work.archive.restore(section, into: user, call)
      }
    }
    return []
  }

  private func postData(
    _ entries: [Archive.Entry],
    _ steps: DefinitionSteps,
    _ work: RestoreWork
  ) throws -> [DefinitionSteps.Step] {
    guard options.jobs > 1 else { return steps.postData(entries) }
    let contention = try IndexContention(among: entries) {
      try work.archive.script(.postData, only: $0, without: options.without)
    }
    return steps.postData(entries, contended: contention.lines)
  }

  private func fill(
    _ work: RestoreWork,
    _ target: Target,
    _ session: Session
  ) async throws -> [String] {
    var postData = work.definition
    var refused: [String] = []
    if !options.isSchemaOnly {
      let entries = try work.definition ?? work.archive.entries()
      let builds =
        try options.sampledRows == nil
        ? IndexBuild.all(
          of: work.selection.tables,
          among: entries,
          work.archive,
          without: options.without
        ) : [:]
      try await load(work, builds)
      refused += try await setValues(work, target, session)
      let built = Set(builds.values.joined().map(\.entry.line))
      if !built.isEmpty { postData = entries.filter { !built.contains($0.line) } }
    }
    refused += try await define(.postData, postData, work, target, session)
    try await neutralise(session) { copy throws(PostgresError) in try copy.ofTriggers() }
    if !options.isSchemaOnly { try await fillViews(work, session) }
    return refused + (try await giveLabels(work, session))
  }

  /// Makes what was restored harmless, where it is a scratch's.
  private func neutralise(
    _ session: Session,
    _ part: @escaping @Sendable (Neutralisation) throws(PostgresError) -> Void
  ) async throws {
    guard options.isNeutralised else { return }
    try await session.run { connection in try part(Neutralisation(connection: connection)) }
  }

  private func giveLabels(_ work: RestoreWork, _ session: Session) async throws -> [String] {
    guard !options.isNeutralised else { return [] }
    let isSchemaOnly = options.isSchemaOnly
    return try await session.run { connection in
      try SecurityLabels(of: work, isSchemaOnly: isSchemaOnly).give(on: connection)
    }
  }

  private func fillViews(_ work: RestoreWork, _ session: Session) async throws {
    report("materialised views and statistics")
    try await session.run { [content] connection in
      try connection.transaction {
        try connection.setTransferSettings(forReading: false)
        try ValueLoader(connection: connection, manifest: content.manifest)
          .refreshViews(work.selection.includes)
      }
      try TableStatistics(connection: connection).gather()
    }
  }

  private func load(_ work: RestoreWork, _ builds: [Int: [IndexBuild]]) async throws {
    if let rows = options.sampledRows {
      return try await SampleRestore(
        content: content,
        settings: settings,
        options: options,
        sample: RowSample(rows: rows),
        progress: progress
      ).run(work)
    }
    try await RowRestore(content: content, settings: settings, options: options, progress: progress)
      .run(work.selection.tables, work.plan, builds)
  }

  private func setValues(
    _ work: RestoreWork,
    _ target: Target,
    _ session: Session
  ) async throws -> [String] {
    let (content, options) = (content, options)
    return try await session.run { connection in
      try connection.transaction {
        let values = ValueLoader(connection: connection, manifest: content.manifest)
        try values.setSequences(work.includesSequence)
        return try values.createLargeObjects(
          work.largeObjects,
          reader: try content.repository.makeReader(),
          without: options.without,
          roles: options.roles,
          isSuperuser: target.isSuperuser
        )
      }
    }
  }

  private func report(_ phase: String) {
    progress(RestoreProgress(phase: phase, bytes: 0, totalBytes: 0, rows: 0))
  }
}
