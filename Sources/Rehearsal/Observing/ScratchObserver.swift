internal import Catalog
internal import Migration
internal import Postgres
internal import Problems
internal import Snapshot

/// Watches a patch on the scratch: from inside its transaction, or from beside it.
///
/// Names come from a map taken before the patch: a join of `pg_locks` with `pg_class` would lose
/// what a statement dropped (tested).
final class ScratchObserver: RunObserver {
  private(set) var statements: [Observation] = []
  private(set) var changes: ChangeSet?
  private(set) var temporaryBytes: Int?
  /// Seconds from the end of the last statement to COMMIT, where its locks are held until then.
  private(set) var tailSeconds = 0.0

  private let watch: ScratchWatch
  private var before = SchemaFingerprint()
  private var relations = RelationMap()
  private var session: Int?
  private var temporaryBytesBefore = 0
  private var lastRecord = 0
  /// The look before the statement.
  private var start: Look?
  /// Whether all of the patch runs in one transaction.
  private var isWhole = false
  /// When the last statement had been looked at.
  private var lastEnd: ContinuousClock.Instant?
  private var temporaryBytesAtStart = 0
  /// Set while a statement runs outside a transaction.
  private var sampler: LockSampler?

  init(_ watch: ScratchWatch) { self.watch = watch }

  func willBegin(_ patch: Patch, on connection: Connection) throws {
    // Called again on a retry: what was seen of the attempt before does not count.
    statements = []
    isWhole = connection.isInTransaction
    lastEnd = nil
    session = connection.backendPID
    temporaryBytesBefore = try watch.temporaryBytes()
    let look = try watch.look(inside: connection, after: 0, .all)
    lastRecord = look.lastRecord
    start = look
    relations = RelationMap(look.relations)
    before = try SchemaFingerprint.read(connection)
  }

  func willRun(_ statement: Statement, on connection: Connection) throws {
    let isBare = !connection.isInTransaction
    try watch.noteLocks(isBare)
    guard isBare else {
      // Within one transaction the counts are still those after the statement before.
      if isWhole, start != nil {
        start?.walAfter = try watch.position(on: connection)
      } else {
        start = try watch.look(inside: connection, after: lastRecord, .none)
      }
      return
    }
    start = try watch.look(beside: connection, after: lastRecord, .none)
    temporaryBytesAtStart = try watch.temporaryBytes()
    sampler = LockSampler(watching: connection.backendPID, as: watch.settings)
  }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    let sampled = try sampler.map { try $0.stop() }
    sampler = nil
    var observation = Observation(statement, outcome)
    observation.isBare = sampled != nil
    if let sampled { observation.note(sampled, relations) }
    if let failure = outcome.failure {
      observation.fail(failure, statement)
    } else if sampled != nil {
      try measure(&observation, try watch.look(beside: connection, after: lastRecord, .all))
      observation.temporaryBytes = try watch.temporaryBytes() - temporaryBytesAtStart
    } else {
      let own = relations.own
      try measure(
        &observation,
        try watch.look(inside: connection, after: lastRecord, .locked, ignoring: own)
      )
    }
    if statement.isBatch {
      // A batch that fails is split or tried again; what ends the backfill is told by its run.
      guard outcome.failure == nil else { return }
      observation.batches = BackfillTotals(one: outcome)
      if let earlier = statements.popLast() { observation = earlier.joined(with: observation) }
    }
    statements.append(observation)
    lastEnd = .now
  }

  func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    tailSeconds = isWhole ? lastEnd.map(\.secondsAgo) ?? 0 : 0
    changes = ChangeSet(from: before, to: try SchemaFingerprint.read(connection))
  }

  /// The run has ended, well or not: takes what only shows when its session is gone.
  func finish() throws {
    _ = try sampler?.stop()
    sampler = nil
    guard let session, try watch.waitForEnd(of: session) else { return }
    temporaryBytes = try watch.temporaryBytes() - temporaryBytesBefore
  }

  private func measure(_ observation: inout Observation, _ look: Look) throws {
    guard !look.isBlind else { throw Self.blinded(observation) }
    lastRecord = look.lastRecord
    guard let start else { return }
    let reading = StatementReading(
      relations: relations,
      before: start,
      after: look,
      isInside: !observation.isBare
    )
    reading.fill(&observation)
    relations.update(look.relations)
    self.start = look
  }

  private static func blinded(_ observation: Observation) -> Problem {
    Problem(
      .refused,
      code: "rehearsal.event-triggers-off",
      "\(observation.place): the statement switches event triggers off, so that a rehearsal cannot"
        + " see what follows",
      hint: "Take the statement out of the patch; who must run it can do so by hand, outside of"
        + " migrations."
    )
  }
}

extension Observation {
  /// What the runner itself tells of a statement.
  fileprivate init(_ statement: Statement, _ outcome: StatementOutcome) {
    self.init(
      place: statement.place,
      headline: statement.headline,
      seconds: outcome.seconds,
      rows: outcome.affected,
      walBytes: 0,
      locks: [],
      rewrites: [],
      scans: [],
      notices: outcome.notices.count
    )
    warnings = outcome.notices.count { $0.severity == "WARNING" }
  }

  /// Notes what a second session saw; what was not there before the patch hinders nobody.
  fileprivate mutating func note(_ sampled: LockTally, _ relations: RelationMap) {
    locks = relations.locks(Array(sampled.held.keys))
    holds = sampled.strongest.compactMap { oid, lock in
      relations.lockable(oid).map {
        Hold(
          table: $0.name,
          mode: lock.mode,
          seconds: lock.seconds,
          blockedSeconds: sampled.blockedSeconds(of: oid)
        )
      }
    }.sorted { $0.table < $1.table }
  }

  /// Notes a failure with the place that the server pointed at.
  fileprivate mutating func fail(_ error: PostgresError, _ statement: Statement) {
    failure = Failure(sqlState: error.sqlState, message: error.message, hint: error.hint)
    guard let character = error.position else { return }
    let position = statement.position(ofCharacter: character)
    place = "\(statement.file):\(position.line):\(position.column)"
  }
}
