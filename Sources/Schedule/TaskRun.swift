internal import FoundationEssentials
internal import Problems

/// One run of a task, with all that surrounds it: lock, pings, hooks, retries, log and record.
///
/// What comes after the work comes in any case, also when somebody asks to stop: a hook `before` may have
/// stopped a service that `after` must start again.
public struct TaskRun: Sendable {
  /// How often it is looked whether a task that somebody else runs has ended.
  private static let lookAgain: Duration = .seconds(5)
  /// The exit status of a run whose hook kept the task from running.
  private static let hookFailed: Int32 = 1
  /// The exit status of a run that somebody stopped between two attempts.
  private static let stopped: Int32 = 130

  /// The task.
  public let task: ScheduledTask
  /// The plan that it belongs to.
  public let plan: TaskPlan
  /// Where it is remembered.
  public let journal: TaskJournal
  /// What runs around it.
  public var hooks = Hooks()
  /// Who hears of it.
  public var pings = Pings()
  /// What hooks see beside what is said about the run; nothing secret may stand in it.
  public var hookEnvironment: [String: String] = [:]
  /// Whether to wait until the same task ends that somebody else runs.
  public var waits = false
  /// Tells the time, and waits.
  let clock: WallClock

  /// Describes a run.
  public init(_ task: ScheduledTask, of plan: TaskPlan, _ journal: TaskJournal, _ clock: WallClock)
  {
    self.task = task
    self.plan = plan
    self.journal = journal
    self.clock = clock
  }

  /// Runs the task.
  ///
  /// - Parameter work: One attempt; it throws nothing, since a failure must be remembered.
  /// - Returns: How it ended, also where the task failed.
  /// - Throws: `schedule.task-runs` where the same task runs already; then nothing was done.
  public func run(_ work: @escaping @Sendable () async -> Attempt) async throws -> TaskOutcome {
    let claim = try await claim()
    defer { withExtendedLifetime(claim) {} }
    let notes = RunNotes()
    if let trouble = claim.trouble {
      notes.add(trouble: "others cannot see who runs the task: \(trouble.summary)")
    }
    let started = clock.now()
    if let trouble = await pings.send(.start, of: task, clock) { notes.add(trouble: trouble) }

    var attempts = 0
    var last: Attempt
    if let problem = await before(started, notes) {
      last = Attempt(exit: problem.kind == .interrupted ? Self.stopped : Self.hookFailed)
      last.problem = problem
    } else {
      (last, attempts) = await tries(work, claim, notes)
    }
    var record = TaskRecord(
      task: task,
      started: started,
      ended: clock.now(),
      result: Self.result(of: last),
      exit: last.exit,
      attempts: attempts
    )
    record.code = last.problem?.code
    record.summary = last.problem?.summary
    let ended = record
    let hasOmissions = await Self.whateverComes { await surround(ended, notes) }
    return TaskOutcome(
      record: ended,
      problem: last.problem,
      warnings: last.warnings,
      troubles: notes.troubles,
      hasOmissions: hasOmissions
    )
  }

  private func claim() async throws -> TaskJournal.Claim {
    while true {
      do {
        return try journal.claim(task, now: clock.now())
      } catch let problem as Problem {
        guard waits, problem.kind == .busy else { throw problem }
      }
      try await clock.pause(Self.lookAgain)
    }
  }

  /// The hooks before the task; what keeps it from running, if anything does.
  private func before(_ started: Date, _ notes: RunNotes) async -> Problem? {
    var environment = hookEnvironment
    environment["DRYDOCK_TASK"] = task.rawValue
    environment["DRYDOCK_STAGE"] = Hooks.Stage.before.rawValue
    environment["DRYDOCK_STARTED"] = started.formatted(.iso8601)
    let run = HookRun(hooks: hooks, stage: .before, environment: environment)
    guard let problem = await run.run(notes.say).first else { return nil }
    notes.say("\(problem)\n")
    return problem
  }

  private func tries(
    _ work: @escaping @Sendable () async -> Attempt,
    _ claim: TaskJournal.Claim,
    _ notes: RunNotes
  ) async -> (last: Attempt, count: Int) {
    var count = 1
    while true {
      if plan.retries > 0 { notes.say("attempt \(count) at \(clock.now().formatted(.iso8601))\n") }
      var last = await attempt(work, holding: claim)
      notes.say(last.log)
      if let problem = last.problem { notes.say("\(problem)\n") }
      guard last.mayPass, count <= plan.retries else { return (last, count) }
      do {
        try await clock.pause(plan.pause(after: count))
      } catch {
        last.problem = Self.problem(error)
        last.exit = Self.stopped
        return (last, count)
      }
      count += 1
    }
  }

  /// What follows the work: log, hooks, ping, record; tells whether a hook failed.
  private func surround(_ record: TaskRecord, _ notes: RunNotes) async -> Bool {
    keep(notes)
    var hasOmissions = false
    for stage in [Hooks.Stage.after, .failure] {
      guard stage == .after || record.result != .done || hasOmissions else { continue }
      let environment = environment(of: stage, record)
      let run = HookRun(hooks: hooks, stage: stage, environment: environment)
      for problem in await run.run(notes.say) {
        notes.say("\(problem)\n")
        notes.add(
          trouble: [problem.summary, problem.reason].compactMap { $0 }.joined(separator: ": ")
        )
        hasOmissions = true
      }
      keep(notes)
    }
    let isWell = record.result == .done && !hasOmissions
    let event: Pings.Event = isWell ? .success : .failure(log: notes.log)
    if let trouble = await pings.send(event, of: task, clock) { notes.add(trouble: trouble) }
    remember(record, notes)
    return hasOmissions
  }

  /// What a hook is told of a run that has ended.
  private func environment(of stage: Hooks.Stage, _ record: TaskRecord) -> [String: String] {
    var environment = hookEnvironment
    environment["DRYDOCK_TASK"] = task.rawValue
    environment["DRYDOCK_STAGE"] = stage.rawValue
    environment["DRYDOCK_STARTED"] = record.started.formatted(.iso8601)
    environment["DRYDOCK_RESULT"] = record.result.rawValue
    environment["DRYDOCK_EXIT_CODE"] = String(record.exit)
    environment["DRYDOCK_ATTEMPTS"] = String(record.attempts)
    environment["DRYDOCK_LOG"] = journal.log(of: task)
    environment["DRYDOCK_ERROR_CODE"] = record.code
    environment["DRYDOCK_ERROR"] = record.summary
    return environment
  }

  private func keep(_ notes: RunNotes) {
    do {
      try journal.keep(log: notes.log, of: task)
    } catch {
      notes.add(trouble: "the log of the run was not kept: \(Self.problem(error).summary)")
    }
  }

  private func remember(_ record: TaskRecord, _ notes: RunNotes) {
    var record = record
    do {
      record.lastSuccess =
        record.result == .done ? record.ended : try journal.last(of: task)?.lastSuccess
    } catch {
      notes.add(trouble: Self.problem(error).summary)
    }
    do {
      try journal.remember(record)
    } catch {
      notes.add(trouble: "the run is not remembered: \(Self.problem(error).summary)")
    }
  }

  private static func result(of attempt: Attempt) -> TaskRecord.Result {
    guard let problem = attempt.problem else { return .done }
    return problem.kind == .interrupted ? .interrupted : .failed
  }

  /// What went wrong around a task, whoever threw it.
  static func problem(_ error: any Error) -> Problem {
    if let problem = error as? Problem { return problem }
    if error is CancellationError {
      return Problem(.interrupted, code: "interrupted", "Stopped cleanly, as asked")
    }
    return Problem(
      code: "schedule.unexpected",
      "What surrounds a task failed",
      reason: "\(error)"
    )
  }

  /// Does something that must be done although the work around it is cancelled.
  private static func whateverComes(_ body: @escaping @Sendable () async -> Bool) async -> Bool {
    await Task.detached { await body() }.value
  }
}
