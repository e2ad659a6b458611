public import FoundationEssentials
public import Postgres
internal import Problems
public import Repository

/// Stops a database: closes it to writes, has a snapshot taken of what can no longer change, marks it.
///
/// Each step may be the last one before a kill. The record of what was found comes first, so a start
/// can always open the database again; the mark comes last, so a start never loads a snapshot that was
/// taken while somebody could write.
public struct StopRun: Sendable {
  /// What came of it.
  public struct Result: Sendable, Equatable {
    /// The database.
    public var database: String
    /// The marked snapshot.
    public var mark: StopMark
    /// How many sessions were ended, and workers of extensions and of replication.
    public var endedSessions: Int
    /// What those are that were no sessions of clients, as the server calls them; not all come back
    /// before the server starts again.
    public var endedWorkers: [String]
    /// Whether the database was stopped already, and nothing was done.
    public var wasStopped: Bool
  }

  let settings: ConnectionSettings
  let repository: Repository
  let before: [RunbookStep]
  let now: @Sendable () -> Date

  /// Prepares a stop; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - settings: The database.
  ///   - repository: Where the records are kept.
  ///   - before: What stops the work; it may run again when a stop is repeated.
  ///   - now: The time; another one only in tests.
  public init(
    of settings: ConnectionSettings,
    into repository: Repository,
    before: [RunbookStep],
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.settings = settings
    self.repository = repository
    self.before = before
    self.now = now
  }

  /// Stops the database.
  ///
  /// - Parameter take: Takes and proves a snapshot over these settings.
  /// - Returns: The mark.
  /// - Throws: a `Problem`; from the moment the database is closed it says so.
  public func run(
    take: @Sendable (ConnectionSettings) async throws -> StopMark
  ) async throws -> Result {
    let writable = DatabaseGate.writable(settings)
    let session = try await Session.openingForOwnQueries(writable)
    let identity = try await session.doing("cannot look at the database") { connection in
      let identity = try DatabaseIdentity.read(connection)
      try DatabaseGate(connection: connection, identity: identity).requireClosable()
      return identity
    }
    let state = try await look(identity, session)
    if state.isClosed, let last = state.last, last.use == nil, let mark = last.mark,
      try await isKept(mark)
    {
      await session.close()
      return Result(
        database: identity.name,
        mark: mark,
        endedSessions: 0,
        endedWorkers: [],
        wasStopped: true
      )
    }
    // They came before the record; repeated on a closed database, what they write is refused.
    if !state.isClosed || state.unfinished == nil {
      try await BeforeSteps(before).run(in: writable)
    }
    let record = try await close(identity, state, session)
    do {
      let ended = try await session.doing("the sessions were not ended") { connection in
        let gate = DatabaseGate(connection: connection, identity: identity)
        let ended = try gate.terminateOthers()
        // A session may have prepared a transaction before it was ended.
        try gate.requireClosable()
        return ended
      }
      let mark = try await take(writable)
      if try await complete(record, mark, identity, session) {
        await session.close()
        return Result(
          database: identity.name,
          mark: mark,
          endedSessions: ended.count,
          endedWorkers: ended.workers,
          wasStopped: false
        )
      }
    } catch {
      throw Self.afterClosing(error)
    }
    throw Self.opened(identity)
  }

  /// What a stop finds.
  private struct State: Sendable {
    let setting: String?
    let isClosed: Bool
    /// The last stop of this database.
    let last: StopRecord?

    /// A stop that did not come to its end, with which this one goes on.
    var unfinished: StopRecord? { last?.isUnfinished == true ? last : nil }
  }

  private func look(_ identity: DatabaseIdentity, _ session: Session) async throws -> State {
    let (setting, isClosed) = try await session.doing("cannot look at the database") { connection in
      let gate = DatabaseGate(connection: connection, identity: identity)
      return (try gate.setting(), try gate.isClosed())
    }
    let last = try await onLane {
      try StopRecord.all(in: repository).first { $0.database.isSame(as: identity) }
    }
    return State(setting: setting, isClosed: isClosed, last: last)
  }

  /// Whether the marked snapshot is still there: whoever stops once more wants to be sure of it.
  private func isKept(_ mark: StopMark) async throws -> Bool {
    try await onLane { try repository.snapshots().contains { $0.text == mark.snapshot } }
  }

  /// Remembers what is found, then closes; goes on with the record of a stop that did not end.
  private func close(
    _ identity: DatabaseIdentity,
    _ state: State,
    _ session: Session
  ) async throws -> StopRecord {
    let record: StopRecord
    if let unfinished = state.unfinished {
      record = unfinished
    } else {
      record = try await onLane {
        let previous = try previous(identity, state)
        let closing = StopRecord.Closing(database: identity, previous: previous)
        return try StopRecord.begin(closing, now: now(), in: repository)
      }
    }
    do {
      try await session.run { connection in
        try DatabaseGate(connection: connection, identity: identity).close()
      }
    } catch let error as PostgresError {
      throw error.isConnectionLost
        ? Self.perhapsClosed(identity, error) : error.problem("the database was not closed")
    }
    return record
  }

  /// The default that the next start has to set: what is found, unless a stop has set that.
  private func previous(_ identity: DatabaseIdentity, _ state: State) throws -> String? {
    guard state.isClosed else { return state.setting }
    let cause = try StopRecord.all(in: repository).first {
      try $0.hasClosed(identity, in: repository)
    }
    guard let cause else { return state.setting }
    return cause.closing.previous
  }

  /// Writes the mark; false where the database was opened since it was closed.
  ///
  /// The snapshot and its proof may take hours, in which a start or a person may open the database. A
  /// mark that came too late is used up, since what was written meanwhile is not in its snapshot.
  private func complete(
    _ record: StopRecord,
    _ mark: StopMark,
    _ identity: DatabaseIdentity,
    _ session: Session
  ) async throws -> Bool {
    guard try await isClosed(record, identity, session) else { return false }
    try await onLane { [record] in
      var record = record
      try record.complete(mark, in: repository)
    }
    if try await isClosed(record, identity, session) { return true }
    try await onLane { [record, now] in
      var record = record
      try record.spend(for: identity, now: now(), in: repository)
    }
    return false
  }

  private func isClosed(
    _ record: StopRecord,
    _ identity: DatabaseIdentity,
    _ session: Session
  ) async throws -> Bool {
    guard try await onLane({ try !record.isUsed(in: repository) }) else { return false }
    return try await session.doing("cannot see whether the database is still closed") {
      try DatabaseGate(connection: $0, identity: identity).isClosed()
    }
  }

  private func onLane<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await Lane("drydock.stop").run(body)
  }
}
