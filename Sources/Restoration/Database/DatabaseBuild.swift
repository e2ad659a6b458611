internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// Builds a new copy beside a live database, closed to everybody else, and proves it.
///
/// The live database is only read. The copy is created closed: so one without a journal was never
/// entered, and may be dropped. Its first line comes in the transaction that opens it.
struct DatabaseBuild: Sendable {
  let content: SnapshotContent
  let settings: ConnectionSettings
  let options: DatabaseReplacementOptions
  let live: DatabaseState
  let shape: DatabaseShape
  /// The line of the copy, in state `building`.
  let journal: DatabaseJournal
  let progress: @Sendable (RestoreProgress) -> Void

  /// Builds it, reads it back and compares it; leaves nothing behind where that fails.
  func run(on keeper: Session) async throws -> RestoreResult {
    do {
      let omissions = try await keeper.run { try create($0) }
      var result = try await fill()
      result.omissions = omissions + result.omissions
      return result
    } catch {
      // Half a copy beside production may have filled the disk that production needs.
      var problem = Self.problem(error, journal.setAside)
      let obstacle = await drop(keeper)
      problem = problem.afterBuild(
        of: journal.setAside,
        beside: journal.database,
        obstacle == nil ? .none : .unknown
      )
      if let obstacle { problem.facts.append(.init("not dropped", obstacle)) }
      throw problem
    }
  }

  /// Returns what of the live database's properties cannot be given to another one.
  private func create(_ connection: Connection) throws -> [String] {
    try connection.execute(shape.creation(of: journal.setAside, owner: live.owner))
    let name = SQL.identifier(journal.setAside)
    try connection.transaction {
      try connection.execute("REVOKE ALL ON DATABASE \(name) FROM PUBLIC")
      try write(journal, connection)
      try connection.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS true")
    }
    return try tryProperties(connection)
  }

  /// Gives the copy what the swap will give it, and takes it back: what this role may not do shows
  /// before hours of loading and not after them.
  private func tryProperties(_ connection: Connection) throws -> [String] {
    struct Tried: Error {}
    var omissions: [String] = []
    do {
      try connection.transaction {
        let oid = try Self.oid(of: journal.setAside, connection)
        let properties = try DatabaseProperties.read(live.identity.oid, connection)
        omissions = try properties.give(to: journal.setAside, oid, connection)
        throw Tried()
      }
    } catch is Tried {
      // It could be given; and everything is as it was.
    }
    return omissions
  }

  private func fill() async throws -> RestoreResult {
    var restore = RestoreOptions()
    restore.jobs = options.jobs
    restore.without = options.without
    restore.binaryDirectory = options.binaryDirectory
    let copy = settings.database(journal.setAside)
    let result = try await RestoreRun(
      of: content,
      into: copy,
      options: restore,
      progress: progress
    ).run()
    guard let label = live.identity.label else { return result }
    // A label counts for one oid only, so the snapshot's does not protect the new copy.
    let session = try await Session.open(copy)
    try await session.run { try EnvironmentLabel.set(label, $0) }
    await session.close()
    return result
  }

  /// Says in the catalog that the copy is complete and equal, and what it lacks.
  ///
  /// Returns the line, and the copy's oid.
  func prove(_ restored: RestoreResult, on keeper: Session) async throws -> (DatabaseJournal, Int) {
    var proven = journal
    proven.state = .proven
    if !restored.omissions.isEmpty { proven.omissions = restored.omissions }
    let line = proven
    return try await keeper.run { connection in
      try write(line, connection)
      return (line, try Self.oid(of: line.setAside, connection))
    }
  }

  /// Runs what comes after the build; what fails leaves the copy, which has cost hours.
  func keeping<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch {
      throw Self.problem(error, journal.setAside)
        .afterBuild(of: journal.setAside, beside: journal.database, .copy)
    }
  }

  private func write(_ journal: DatabaseJournal, _ connection: Connection) throws {
    var comment = Journaled<DatabaseJournal>(nil)
    comment.set(journal)
    try DatabaseComments(connection: connection).store(comment, of: journal.setAside)
  }

  /// Drops the copy, also when someone has asked to stop; why it is still there, or nil.
  ///
  /// Under the lock still, or again: without it the copy may be what somebody else's resume builds.
  private func drop(_ keeper: Session) async -> String? {
    let (settings, options, journal) = (settings, options, journal)
    return await Task {
      do {
        let session = try await MaintenanceSession.renewed(
          keeper,
          settings,
          beside: journal.database,
          options
        )
        try await DatabaseAbandonment(copy: journal.setAside, settings: settings).run(on: session)
        return nil
      } catch let error as PostgresError {
        return error.reason
      } catch let problem as Problem {
        return [problem.summary, problem.reason].compactMap { $0 }.joined(separator: ": ")
      } catch {
        // The problem that led here is the one to report; that the copy is left is said with it.
        return "\(error)"
      }
    }.value
  }

  static func oid(of name: String, _ connection: Connection) throws -> Int {
    guard let oid = try find(name, connection) else {
      throw gone(name)
    }
    return oid
  }

  static func gone(_ name: String) -> Problem {
    Problem(
      code: "restore.no-copy",
      "database \(name) is not there any more",
      hint: "drydock restores shows what there is; somebody may have dropped or renamed it."
    )
  }

  static func find(_ name: String, _ connection: Connection) throws -> Int? {
    try connection.query(
      "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1",
      [.text(name)]
    ).int
  }

  private static func problem(_ error: any Error, _ copy: String) -> Problem {
    if Task.isCancelled || error is CancellationError { return .interrupted }
    if let problem = error as? Problem { return problem }
    if let error = error as? PostgresError { return error.problem("cannot build \(copy)") }
    return Problem(code: "restore.failed", "cannot build \(copy)", reason: "\(error)")
  }
}
