public import Foundation
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
  /// - Parameter restore: Restores and proves the snapshot of this name over these settings.
  /// - Returns: How it was started.
  /// - Throws: a `Problem` of kind `refused` where there is no mark for this database, it was used,
  ///   or a newer snapshot says that the database lived on elsewhere.
  public func run(
    restore: @Sendable (String, ConnectionSettings) async throws -> Void
  ) async throws -> Result {
    let writable = DatabaseGate.writable(settings)
    let session = try await Session.opening(writable)
    let found = try await session.doing("cannot look at the database") { connection in
      let identity = try DatabaseIdentity.read(connection)
      let gate = DatabaseGate(connection: connection, identity: identity)
      let isClosed = try gate.setting() == "on"
      return Found(identity: identity, isEmpty: try gate.isEmpty(), isClosed: isClosed)
    }
    let identity = found.identity
    var record = try await onLane { try choose(found) }
    let way: Way
    if try await !isHere(record, found) {
      guard let mark = record.mark else { throw Self.noMark(identity) }
      let stopped = record.database
      guard found.isEmpty else { throw Self.notEmpty(identity) }
      try await onLane { try requireNothingNewer(than: mark, stopped) }
      // From now on what is in this database may be a part of the data.
      try await onLane { [record, now] in
        try record.noteRestore(into: identity, now: now(), in: repository)
      }
      try await session.doing("the empty database was not closed") { connection in
        try DatabaseGate(connection: connection, identity: identity).close()
      }
      try await restore(mark.snapshot, writable)
      way = .restored
    } else {
      way = record.database.isSame(as: identity) ? .opened : .restored
    }
    record = try await onLane { [record] in try take(record, identity) }
    let previous = record.closing.previous
    try await session.doing("the database was not opened") { connection in
      try DatabaseGate(connection: connection, identity: identity).open(as: previous)
    }
    await session.close()
    return Result(database: identity.name, way: way, mark: record.mark)
  }

  /// What a start finds.
  private struct Found: Sendable {
    let identity: DatabaseIdentity
    let isEmpty: Bool
    let isClosed: Bool
  }

  /// Whether all the data are here: the database is the one that was closed, or an interrupted start
  /// has restored them to the end.
  private func isHere(_ record: StopRecord, _ found: Found) async throws -> Bool {
    let identity = found.identity
    guard !found.isEmpty else { return false }
    if record.use?.database.isSame(as: identity) == true { return true }
    let (origin, begun) = try await onLane {
      (
        try OriginRecord.last(of: identity, in: repository),
        try record.lastRestore(into: identity, in: repository)
      )
    }
    if begun == nil, record.database.isSame(as: identity) { return true }
    guard let mark = record.mark, let origin else { return false }
    return origin.snapshot == mark.snapshot && origin.isWhole && origin.at >= begun ?? 0
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

  private func onLane<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await Lane("drydock.start").run(body)
  }
}

extension StartRun {
  /// The stop that this start ends.
  private func choose(_ found: Found) throws -> StopRecord {
    let identity = found.identity
    let fitting = try StopRecord.all(in: repository).filter { fits($0, identity) }
    // What was closed here is opened before anything else is thought of.
    if !found.isEmpty, let here = fitting.first(where: { $0.database.isSame(as: identity) }),
      here.use == nil
    {
      return here
    }
    guard let record = fitting.first(where: { $0.mark != nil }) else { throw Self.noMark(identity) }
    guard let use = record.use else { return record }
    // A start that was ended between taking the mark and opening comes again.
    if use.database.isSame(as: identity), found.isClosed { return record }
    throw Problem(
      .refused,
      code: "start.used",
      "the mark of the last stop was used already, by database \(use.database.name)",
      facts: [.init("used", Date(timeIntervalSince1970: use.at).formatted(.iso8601))],
      hint: "drydock restore puts any snapshot into an empty database."
    )
  }

  /// Whether a stop is about this database, or about the one of its name.
  private func fits(_ record: StopRecord, _ identity: DatabaseIdentity) -> Bool {
    guard let chosen else {
      return record.database.isSame(as: identity)
        || (record.mark != nil && record.database.name == identity.name)
    }
    let name = record.mark?.snapshot ?? ""
    return name.hasPrefix(chosen) || name.hasSuffix(chosen)
  }

  /// A newer snapshot of the series says that the database lived on; its writes would be missing.
  private func requireNothingNewer(than mark: StopMark, _ database: DatabaseIdentity) throws {
    let newer = try repository.snapshots()
      .compactMap { try SnapshotContent(ifReadable: $0, in: repository) }
      .filter { content in
        let manifest = content.manifest
        return manifest.database.name == database.name
          && manifest.database.systemIdentifier == database.systemIdentifier && !manifest.isPartial
      }
      .filter { try $0.manifest.takenTime.timeIntervalSince1970 > mark.dataTime + 0.001 }
    guard !newer.isEmpty else { return }
    throw Problem(
      .refused,
      code: "start.newer-snapshot",
      "there is a newer snapshot of \(database.name) than the one of the stop; nothing was changed",
      reason: "somebody may have opened the database and written to it after it was stopped",
      facts: newer.map { .init("newer", "\($0.name.text) of \($0.manifest.taken)") },
      hint: "Choose what you mean: drydock restore SNAPSHOT --into URL."
    )
  }

  private static func notEmpty(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .refused,
      code: "start.not-empty",
      "database \(identity.name) is not the one that was stopped, and is not empty",
      reason: "it is another one, or holds a part of what an interrupted start restored",
      hint: "Create an empty database of that name, or see drydock restore --replace."
    )
  }

  private static func noMark(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .refused,
      code: "start.no-mark",
      "no stop of database \(identity.name) waits to be started",
      reason: "there is no mark of a stop that was not used already",
      hint: "drydock snapshots lists what there is; drydock restore puts it into an empty database."
    )
  }
}
