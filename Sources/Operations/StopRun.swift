public import Foundation
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
    /// Sessions that were ended.
    public var endedSessions: Int
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
    let session = try await Session.opening(DatabaseGate.writable(settings))
    let identity = try await session.doing("cannot look at the database") { connection in
      let identity = try DatabaseIdentity.read(connection)
      try DatabaseGate(connection: connection, identity: identity).requireClosable()
      return identity
    }
    if let stopped = try await stopped(identity, session) { return stopped }
    try await BeforeSteps(before).run(session)
    var record = try await close(identity, session)
    let result: Result
    do {
      let ended = try await session.doing("the sessions were not ended") { connection in
        let gate = DatabaseGate(connection: connection, identity: identity)
        let ended = try gate.terminateOthers()
        // A session may have prepared a transaction before it was ended.
        try gate.requireClosable()
        return ended
      }
      let mark = try await take(DatabaseGate.writable(settings))
      record = try await onLane { [record] in
        var record = record
        try record.complete(mark, in: repository)
        return record
      }
      result = Result(
        database: identity.name,
        mark: mark,
        endedSessions: ended,
        wasStopped: false
      )
    } catch {
      throw Self.afterClosing(error)
    }
    await session.close()
    return result
  }

  private func stopped(_ identity: DatabaseIdentity, _ session: Session) async throws -> Result? {
    let setting = try await session.doing("cannot look at the database") { connection in
      try DatabaseGate(connection: connection, identity: identity).setting()
    }
    let last = try await last(identity)
    guard setting == "on", let last, last.use == nil, let mark = last.mark else { return nil }
    await session.close()
    return Result(database: identity.name, mark: mark, endedSessions: 0, wasStopped: true)
  }

  private func last(_ identity: DatabaseIdentity) async throws -> StopRecord? {
    try await onLane {
      try StopRecord.all(in: repository).first { $0.database.isSame(as: identity) }
    }
  }

  /// Remembers what is found, then closes; goes on with the record of a stop that did not end.
  private func close(
    _ identity: DatabaseIdentity,
    _ session: Session
  ) async throws -> StopRecord {
    let previous = try await session.doing("cannot look at the database") { connection in
      try DatabaseGate(connection: connection, identity: identity).setting()
    }
    var record = try await last(identity)
    if record.map({ $0.mark != nil || $0.use != nil }) ?? true {
      record = try await onLane {
        try StopRecord.begin(
          .init(database: identity, previous: previous),
          now: now(),
          in: repository
        )
      }
    }
    try await session.doing("the database was not closed") { connection in
      try DatabaseGate(connection: connection, identity: identity).close()
    }
    guard let record else { preconditionFailure("a stop has a record") }
    return record
  }

  private func onLane<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await Lane("drydock.stop").run(body)
  }

  /// The same error, once the database is closed.
  private static func afterClosing(_ error: any Error) -> Problem {
    var problem =
      error as? Problem
      ?? Problem(
        error is CancellationError ? .interrupted : .failed,
        code: "stop.failed",
        "the stop did not come to its end",
        reason: error is CancellationError ? nil : "\(error)"
      )
    if [.failed, .refused].contains(problem.kind) { problem.kind = .partial }
    problem.facts.append(.init("state", "the database is closed to writes, without a mark"))
    problem.hint = "Run drydock stop again to go on, or drydock start to open it."
    return problem
  }
}
