public import FoundationEssentials
public import Postgres
internal import Problems

/// Starts the work again after a restore: everything together after a short downtime, else wave by
/// wave, each only when the one before has caught up.
///
/// What was started stands in the database, in the transaction that started it. So an interrupted run
/// goes on where it was, on any host, and no wave starts twice or early.
public struct WaveRun: Sendable {
  /// What a person says of a program of which nobody knows whether it ran.
  public enum Assumption: String, Sendable, CaseIterable {
    /// It did; go on after it.
    case started
    /// It did not; run it.
    case notStarted = "not-started"
  }

  /// What a run is asked to do.
  public struct Options: Sendable {
    /// The origin that the person gave; nil to find it.
    public var given: DataOrigin?
    /// The last restore of this database that anybody recorded.
    public var recorded: DataOrigin?
    /// Whether to begin anew what is under way or done.
    public var isAgain = false
    /// What of a program that may or may not have run.
    public var assumption: Assumption?
    /// The time; another one only in tests.
    public var now: @Sendable () -> Date = { Date() }

    /// Nothing given.
    public init() {}
  }

  /// What happens now.
  public enum Event: Sendable, Equatable {
    /// A wave is being started.
    case starting(String)
    /// A wave was started, and the run waits until it has caught up.
    case waiting(String)
    /// A wave has caught up.
    case caughtUp(String)
  }

  let runbook: Runbook
  let settings: ConnectionSettings
  let options: Options
  let observe: @Sendable (Event) -> Void

  /// Prepares a run; nothing is opened yet.
  public init(
    _ runbook: Runbook,
    in settings: ConnectionSettings,
    options: Options,
    observe: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.runbook = runbook
    self.settings = settings
    self.options = options
    self.observe = observe
  }

  /// What would be done; changes nothing.
  public func plan() async throws -> WavePlan {
    let session = try await Session.opening(settings)
    let found = try await session.doing("cannot look at the waves") { connection in
      let identity = try DatabaseIdentity.read(connection)
      return try plan(decide(WaveBook(connection: connection, identity: identity)), connection)
    }
    await session.close()
    return found
  }

  /// Starts what is to be started, and waits.
  ///
  /// Throws a `Problem`: of kind `refused` before anything was started, `busy` while somebody else
  /// does, `partial` where a wave did not catch up in time or its start failed.
  public func run() async throws -> WavePlan {
    let session = try await Session.opening(settings)
    let started = try await session.doing("the waves cannot begin") { try begin($0) }
    guard !started.plan.isFinished else {
      await session.close()
      return started.plan
    }
    for place in runbook.steps.indices {
      try await WavePass(run: self, session: session, started: started, place: place).pass()
    }
    let ended = try await session.doing("the end of the waves cannot be recorded") { connection in
      let book = WaveBook(connection: connection, identity: started.identity)
      try book.finish(started.record.run)
      let last = try last(book) ?? started.record
      return try plan(.done(last), connection)
    }
    await session.close()
    return ended
  }

  /// A run that has begun.
  struct Started: Sendable {
    let identity: DatabaseIdentity
    let record: WaveRecord
    let plan: WavePlan
  }

  private func begin(_ connection: Connection) throws -> Started {
    try WaveLock.take(connection)
    let identity = try DatabaseIdentity.read(connection)
    try requireWritable(connection)
    let book = WaveBook(connection: connection, identity: identity)
    let decision = try decide(book)
    let plan = try self.plan(decision, connection)
    if case .done(let record) = decision {
      return Started(identity: identity, record: record, plan: plan)
    }
    try require(plan)
    if case .begin(let origin) = decision {
      try OperationTables.waves.make(connection)
      try book.begin(origin, plan.downtime, together: plan.isTogether, plan.waves.map(\.name))
    }
    guard let record = try last(book) else {
      throw Problem(code: "waves.not-recorded", "the run of waves was not recorded")
    }
    try requireSameSteps(record)
    return Started(identity: identity, record: record, plan: plan)
  }

  private func decide(_ book: WaveBook) throws -> WaveDecision {
    try WaveDecision(
      given: options.given,
      recorded: options.recorded,
      last: try last(book),
      isAgain: options.isAgain
    )
  }

  private func last(_ book: WaveBook) throws -> WaveRecord? {
    try book.last(after: options.recorded?.restore)
  }

  private func plan(_ decision: WaveDecision, _ connection: Connection) throws -> WavePlan {
    let identity = try DatabaseIdentity.read(connection)
    let steps = runbook.steps
    let (origin, downtime, together, record): (DataOrigin, Double, Bool, WaveRecord?)
    switch decision {
    case .begin(let found):
      let seconds = options.now().timeIntervalSince(found.dataTime)
      (origin, downtime, record) = (found, seconds, nil)
      together = seconds <= runbook.shortDowntime / .seconds(1)
    case .goOn(let last), .done(let last):
      (origin, downtime, together, record) = (last.origin, last.downtime, last.isTogether, last)
    }
    let states = try record.map {
      try WaveBook(connection: connection, identity: identity).states($0.run, count: steps.count)
    }
    let waves = steps.indices.map { place in
      WavePlan.Wave(
        name: steps[place].name,
        start: steps[place].start,
        state: states?[place] ?? .waiting
      )
    }
    // Requirements are about the first wave; once it may have started they count no more.
    let mayStart = record?.isFinished != true && waves.allSatisfy { $0.state == .waiting }
    let facts = WaveFacts(downtime: downtime, origin: origin)
    return WavePlan(
      database: identity.name,
      origin: origin,
      downtime: downtime,
      isTogether: together,
      isUnderWay: record != nil,
      isFinished: record?.isFinished ?? false,
      checks: mayStart ? try checks(facts, connection) : [],
      waves: waves
    )
  }

  private func checks(
    _ facts: WaveFacts,
    _ connection: Connection
  ) throws -> [WavePlan.Check] {
    try connection.transaction("READ ONLY") {
      try facts.tell(connection)
      return try runbook.requirements.map { requirement in
        var isMet: Bool?
        // One without a limit counts always, even where a host's clock is behind the data's time.
        if requirement.above.map({ facts.downtime > $0 / .seconds(1) }) ?? true {
          isMet = try Truth.ask(requirement.query, of: requirement.name, connection)
        }
        return WavePlan.Check(name: requirement.name, isMet: isMet, hint: requirement.hint)
      }
    }
  }
}

extension WaveRun {
  private func require(_ plan: WavePlan) throws {
    let broken = plan.checks.filter { $0.isMet == false }
    guard !broken.isEmpty else { return }
    throw Problem(
      .refused,
      code: "waves.requirement",
      "\(broken.count == 1 ? "a requirement" : "\(broken.count) requirements") of the runbook"
        + " do\(broken.count == 1 ? "es" : "") not hold; nothing was started",
      facts: broken.map { .init("not met", $0.name) },
      hint: broken.compactMap(\.hint).first
        ?? "See to it, and run the command again; --dry-run shows every requirement."
    )
  }

  /// A run whose runbook was edited meanwhile: by place alone, another wave would be taken for started.
  private func requireSameSteps(_ record: WaveRecord) throws {
    let names = runbook.steps.map(\.name)
    guard record.steps != names else { return }
    throw Problem(
      .refused,
      code: "waves.other-runbook",
      "the runbook has other waves than those that are under way",
      facts: [
        .init("under way", record.steps.joined(separator: ", ")),
        .init("runbook", names.joined(separator: ", ")),
      ],
      hint: "Bring the runbook back to what it was, or begin anew with --again."
    )
  }

  private func requireWritable(_ connection: Connection) throws {
    guard try connection.execute("SHOW transaction_read_only").value == "on" else { return }
    throw Problem(
      .refused,
      code: "waves.read-only",
      "the database does not take writes; nothing was started",
      hint: "A database that drydock stop closed is opened by drydock start."
    )
  }
}
