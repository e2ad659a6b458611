public import FoundationEssentials
public import Postgres
internal import Problems
public import Repository
internal import Snapshot

/// Starts a stopped database: opens it where it is still there, or has the marked snapshot restored
/// into an empty one.
///
/// The mark is taken before the database opens, by one start alone. A copy that was restored and then
/// finds the mark taken stays closed.
public struct StartRun: Sendable {
  /// How a database was started.
  public enum Way: String, Sendable {
    /// It was still there.
    case opened
    /// The marked snapshot was restored into it.
    case restored
  }

  /// What came of it.
  public struct Result: Sendable, Equatable {
    /// The database.
    public var database: String
    /// How it was started.
    public var way: Way
    /// The mark; nil where the stop had not come to its end.
    public var mark: StopMark?
    /// What of the snapshot was not restored, and why.
    public var omissions: [String]
  }

  let settings: ConnectionSettings
  let repository: Repository
  let chosen: String?
  let now: @Sendable () -> Date

  /// Prepares a start; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - settings: The database.
  ///   - repository: Where the mark is.
  ///   - chosen: The beginning or the end of the marked snapshot's name; nil for the last stop of the
  ///     database of this name.
  ///   - now: The time; another one only in tests.
  public init(
    of settings: ConnectionSettings,
    from repository: Repository,
    chosen: String? = nil,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.settings = settings
    self.repository = repository
    self.chosen = chosen
    self.now = now
  }

  /// Starts the database.
  ///
  /// - Parameters:
  ///   - isEmpty: Whether the database of a connection holds nothing that a restore would meet.
  ///   - restore: Restores and proves the snapshot of this name over these settings, and returns what
  ///     was left out.
  /// - Returns: How it was started.
  /// - Throws: a `Problem` of kind `refused` where there is no mark for this database, it was used,
  ///   the database is not the one that was closed, or a newer snapshot says that it lived on
  ///   elsewhere.
  public func run(
    isEmpty: @Sendable (Connection) throws -> Bool,
    restore: @Sendable (String, ConnectionSettings) async throws -> [String]
  ) async throws -> Result {
    let writable = DatabaseGate.writable(settings)
    let session = try await Session.openingForOwnQueries(writable)
    let found = try await session.doing("cannot look at the database") { connection in
      let identity = try DatabaseIdentity.read(connection)
      let gate = DatabaseGate(connection: connection, identity: identity)
      return Found(
        identity: identity,
        isEmpty: try isEmpty(connection),
        isClosed: try gate.isClosed()
      )
    }
    let identity = found.identity
    var record = try await onLane { try choose(found) }
    var result = Result(database: identity.name, way: .restored, mark: record.mark, omissions: [])
    switch try await onLane({ [record] in try place(of: record, found) }) {
    case .database:
      result.way = .opened
      try await requireSame(record, found, session)
    case .restored(let omissions): result.omissions = omissions
    case .nowhere:
      result.omissions = try await fill(record, found, session, restore)
    }
    record = try await onLane { [record] in try take(record, identity) }
    let previous = record.closing.previous
    try await session.doing("the database was not opened") { connection in
      try DatabaseGate(connection: connection, identity: identity).open(as: previous)
    }
    try await noteOpened(record)
    await session.close()
    return result
  }

  private func noteOpened(_ record: StopRecord) async throws {
    do {
      try await onLane { [now] in try record.noteOpened(now: now(), in: repository) }
    } catch let problem as Problem {
      var problem = problem
      problem.facts.append(.init("state", "the database is open and takes writes"))
      throw problem
    }
  }

  /// Restores the marked snapshot into the empty database, which is closed until all is there.
  private func fill(
    _ record: StopRecord,
    _ found: Found,
    _ session: Session,
    _ restore: @Sendable (String, ConnectionSettings) async throws -> [String]
  ) async throws -> [String] {
    let identity = found.identity
    guard let mark = record.mark else { throw Self.noMark(identity) }
    guard found.isEmpty else { throw Self.notEmpty(identity) }
    try await onLane { try requireNothingNewer(than: mark, record.database) }
    // From now on what is in this database may be a part of the data.
    try await onLane { [now] in
      try record.noteRestore(into: identity, now: now(), in: repository)
    }
    try await session.doing("the empty database was not closed") { connection in
      try DatabaseGate(connection: connection, identity: identity).close()
    }
    do {
      return try await restore(mark.snapshot, DatabaseGate.writable(settings))
    } catch {
      throw Self.stillClosed(error, identity)
    }
  }

  /// Remembers the data's time for the waves, then takes the mark.
  private func take(_ record: StopRecord, _ identity: DatabaseIdentity) throws -> StopRecord {
    var record = record
    if let mark = record.mark {
      let known = try OriginRecord.last(of: identity, in: repository)
      if known?.snapshot != mark.snapshot {
        try OriginRecord(
          database: identity,
          snapshot: mark.snapshot,
          isWhole: true,
          dataTime: Date(timeIntervalSince1970: mark.dataTime),
          at: now()
        ).store(in: repository)
      }
    }
    try record.take(for: identity, now: now(), in: repository)
    return record
  }

  func onLane<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await Lane("drydock.start").run(body)
  }
}
