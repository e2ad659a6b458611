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

  /// Builds and proves, and leaves nothing behind where that fails.
  ///
  /// The journal comes back in state `proven`.
  func run(on keeper: Session) async throws -> (journal: DatabaseJournal, result: RestoreResult) {
    do {
      try await keeper.run { try create($0) }
      let result = try await fill()
      return (try await keeper.run { try prove($0) }, result)
    } catch {
      // Half a copy beside production may have filled the disk that production needs.
      let problem = Self.problem(error, journal.setAside)
      let dropped = await drop()
      throw problem.afterBuild(
        of: journal.setAside,
        beside: journal.database,
        isDropped: dropped
      )
    }
  }

  private func create(_ connection: Connection) throws {
    try connection.execute(shape.creation(of: journal.setAside, owner: live.owner))
    let name = SQL.identifier(journal.setAside)
    try connection.transaction {
      try connection.execute("REVOKE ALL ON DATABASE \(name) FROM PUBLIC")
      try write(journal, connection)
      try connection.execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS true")
    }
    try tryProperties(connection)
  }

  /// Gives the copy what the swap will give it, and takes it back: what this role may not do shows
  /// before hours of loading and not after them.
  private func tryProperties(_ connection: Connection) throws {
    struct Tried: Error {}
    do {
      try connection.transaction {
        let oid = try Self.oid(of: journal.setAside, connection)
        let properties = try DatabaseProperties.read(live.identity.oid, connection)
        try properties.give(to: journal.setAside, oid, connection)
        throw Tried()
      }
    } catch is Tried {
      return
    }
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

  private func prove(_ connection: Connection) throws -> DatabaseJournal {
    var journal = journal
    journal.state = .proven
    try write(journal, connection)
    return journal
  }

  private func write(_ journal: DatabaseJournal, _ connection: Connection) throws {
    var comment = Journaled<DatabaseJournal>(nil)
    comment.set(journal)
    try DatabaseComments(connection: connection).store(comment, of: journal.setAside)
  }

  /// Drops the copy, also when someone has asked to stop; tells whether it is gone.
  private func drop() async -> Bool {
    let (settings, options, name) = (settings, options, journal.setAside)
    return await Task {
      do {
        let session = try await MaintenanceSession.connect(settings, options)
        try await session.run { connection in
          _ = try connection.execute(
            "DROP DATABASE IF EXISTS \(SQL.identifier(name)) WITH (FORCE)"
          )
        }
        await session.close()
        return true
      } catch {
        // The problem that led here is the one to report; that the copy is left is said with it.
        return false
      }
    }.value
  }

  static func oid(of name: String, _ connection: Connection) throws -> Int {
    let rows = try connection.query(
      "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1",
      [.text(name)]
    )
    guard let oid = rows.int else {
      throw Problem(code: "restore.no-copy", "database \(name) is not there any more")
    }
    return oid
  }

  private static func problem(_ error: any Error, _ copy: String) -> Problem {
    if Task.isCancelled || error is CancellationError { return .interrupted }
    if let problem = error as? Problem { return problem }
    if let error = error as? PostgresError { return error.problem("cannot build \(copy)") }
    return Problem(code: "restore.failed", "cannot build \(copy)", reason: "\(error)")
  }
}
