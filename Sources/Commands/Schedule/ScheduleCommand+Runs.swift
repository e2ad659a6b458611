internal import FoundationEssentials
internal import Problems
internal import Reports
internal import Schedule
internal import Synchronization

/// Running the plan: some tasks now, or all of them for ever.
extension ScheduleCommand {
  /// Runs tasks one after the other, until one fails; says nothing when all is well.
  func run(_ entries: [TaskPlan.Entry], _ session: PlanSession) async throws -> ExitStatus {
    session.lowerPriority()
    let context = session.context
    if isJittered { try await context.world.pause(session.delay) }
    var status = ExitStatus.done
    for (index, entry) in entries.enumerated() {
      let outcome = try await session.run(entry, waits: waits)
      context.world.errors.write(outcome.warnings)
      for trouble in outcome.troubles { context.warn(trouble) }
      if var problem = outcome.problem {
        let rest = entries[(index + 1)...].map(\.task.rawValue)
        problem.facts.append(.init("task", entry.task.rawValue))
        problem.facts.append(.init("log", session.journal.log(of: entry.task)))
        if outcome.record.attempts > 1 {
          problem.facts.append(.init("attempts", String(outcome.record.attempts)))
        }
        if !rest.isEmpty { problem.facts.append(.init("not run", rest.joined(separator: ", "))) }
        throw problem
      }
      if outcome.hasOmissions || outcome.record.exit != ExitStatus.done.rawValue {
        status = .omissions
      }
    }
    return status
  }

  /// Runs each task when it is due, until somebody asks to stop.
  func stay(_ session: PlanSession) async throws -> ExitStatus {
    session.lowerPriority()
    var last: [ScheduledTask: Date] = [:]
    for entry in session.plan.entries {
      do {
        last[entry.task] = try session.journal.last(of: entry.task)?.started
      } catch {
        session.context.warn(Problem(ending: error).summary)
      }
    }
    let loop = PlanLoop(
      session.plan,
      on: session.context.localClock,
      delay: session.delay,
      session.context.clock
    )
    let now = session.context.world.now()
    for entry in session.plan.entries {
      let due = loop.due(entry, since: last[entry.task])
      let next = due > now ? "next \(due.formatted(.iso8601))" : "missed, so it is run now"
      Self.tell(session, entry.task, "\(entry.rhythm.text), \(next)")
    }
    let wasInterrupted = Mutex(false)
    await loop.run(since: last) { entry in
      guard await Self.runAndTell(entry, session) == .interrupted else { return }
      wasInterrupted.withLock { $0 = true }
    }
    // Between two tasks there is nothing to interrupt: to be stopped then is how the loop ends.
    if wasInterrupted.withLock({ $0 }) { throw CancellationError() }
    return .done
  }

  /// Runs a task and tells in one line how it ended.
  private static func runAndTell(
    _ entry: TaskPlan.Entry,
    _ session: PlanSession
  ) async -> TaskRecord.Result? {
    do {
      let outcome = try await session.run(entry)
      session.context.world.errors.write(outcome.warnings)
      for trouble in outcome.troubles { session.context.warn(trouble) }
      let record = outcome.record
      let length = Quantity.duration(.seconds(record.ended.timeIntervalSince(record.started)))
      switch outcome.problem {
      case nil: tell(session, entry.task, "done in \(length)")
      case let problem?:
        let reason = problem.reason.map { ": \($0)" } ?? ""
        let log = session.journal.log(of: entry.task)
        let text =
          "\(record.result.rawValue) (\(record.exit)): \(problem.summary)\(reason); log: \(log)"
        alarm(session, entry.task, text)
      }
      return record.result
    } catch {
      // Not even the lock was taken.
      alarm(session, entry.task, Problem(ending: error).summary)
      return nil
    }
  }

  private static func tell(_ session: PlanSession, _ task: ScheduledTask, _ text: String) {
    if !session.context.isQuiet { alarm(session, task, text) }
  }

  private static func alarm(_ session: PlanSession, _ task: ScheduledTask, _ text: String) {
    let time = session.context.world.now().formatted(.iso8601)
    session.context.world.say("\(time) \(task.rawValue) \(Printable.line(text))\n")
  }
}
