public import FoundationEssentials

/// Runs the tasks of a plan whenever they are due, until it is cancelled.
///
/// Each task has a loop of its own, so that a verification of three hours does not keep the backups of every
/// fifteen minutes out; a task never runs beside itself. What fell due while nobody was there is run
/// once.
public struct PlanLoop: Sendable {
  /// How long it is waited at most before the clock is read again: it may be set, and a laptop may sleep.
  private static let lookAgain: Duration = .seconds(60)

  private let plan: TaskPlan
  private let local: LocalClock
  private let delay: Duration
  private let clock: WallClock

  /// Describes the loop.
  ///
  /// - Parameters:
  ///   - plan: What is run when.
  ///   - local: The clock whose times the plan means.
  ///   - delay: By how much this host is later than its plan.
  ///   - clock: Tells the time, and waits.
  public init(_ plan: TaskPlan, on local: LocalClock, delay: Duration, _ clock: WallClock) {
    self.plan = plan
    self.local = local
    self.delay = delay
    self.clock = clock
  }

  /// Runs what is due until the current task is cancelled.
  ///
  /// - Parameters:
  ///   - last: When each task began last; nil for one that never ran, which waits for its time.
  ///   - body: Runs a task to its end.
  public func run(
    since last: [ScheduledTask: Date],
    _ body: @escaping @Sendable (TaskPlan.Entry) async -> Void
  ) async {
    await withTaskGroup { group in
      for entry in plan.entries {
        let first = due(entry, since: last[entry.task])
        group.addTask { await follow(entry, from: first, body) }
      }
    }
  }

  /// When a task is due next.
  public func due(_ entry: TaskPlan.Entry) -> Date {
    let lag = delay / .seconds(1)
    return entry.rhythm.next(after: clock.now() - lag, on: local) + lag
  }

  /// When a task is due first, where the loop begins now; what was missed was due in the past.
  ///
  /// - Parameters:
  ///   - entry: The task.
  ///   - last: When it began last; nil where it never ran.
  /// - Returns: The instant.
  public func due(_ entry: TaskPlan.Entry, since last: Date?) -> Date {
    guard let last else { return due(entry) }
    let missed = entry.rhythm.next(after: last, on: local) + delay / .seconds(1)
    return min(missed, due(entry))
  }

  private func follow(
    _ entry: TaskPlan.Entry,
    from first: Date,
    _ body: @Sendable (TaskPlan.Entry) async -> Void
  ) async {
    var next = first
    while await isReached(next, entry) {
      await body(entry)
      next = due(entry)
    }
  }

  /// Waits for an instant; false when the loop is asked to end.
  ///
  /// A clock that was ahead and is put right makes the task due before that instant: it would else wait
  /// until the wrong time has come, which may be years.
  private func isReached(_ first: Date, _ entry: TaskPlan.Entry) async -> Bool {
    var next = first
    while !Task.isCancelled {
      let left = next.timeIntervalSince(clock.now())
      if left <= 0 { return true }
      next = min(next, due(entry))
      do {
        try await clock.pause(min(.seconds(left), Self.lookAgain))
      } catch {
        return false
      }
    }
    return false
  }
}
