internal import Problems

/// How long a task may take.
extension TaskRun {
  /// The exit status of an attempt that took too long.
  private static let tookTooLong: Int32 = 1

  /// One attempt, which is ended where it takes longer than the plan lets it.
  ///
  /// - Parameters:
  ///   - work: The attempt.
  ///   - claim: The lock of the task, which an attempt that does not end keeps.
  /// - Returns: How it went.
  func attempt(
    _ work: @escaping @Sendable () async -> Attempt,
    holding claim: TaskJournal.Claim
  ) async -> Attempt {
    guard let limit = plan.timeLimit(of: task) else { return await work() }
    switch await LimitedAttempt(limit: limit, clock: clock).run(work) {
    case .ended(let attempt, let isLate):
      // What it found by itself counts more, such as damage; and so does who asks all of us to stop.
      guard isLate, attempt.problem?.kind == .interrupted, !Task.isCancelled else { return attempt }
      var late = attempt
      late.exit = Self.tookTooLong
      late.problem = timedOut(limit)
      return late
    case .left(let running):
      Task {
        await running.value
        withExtendedLifetime(claim) {}
      }
      return Attempt(exit: Self.tookTooLong, problem: doesNotEnd(limit))
    }
  }

  private func timedOut(_ limit: Duration) -> Problem {
    Problem(
      code: "schedule.timed-out",
      "The task \(task.rawValue) took longer than \(Self.words(limit)) and was stopped",
      reason: "this is its 'limit' in the plan",
      hint: "The log has what it said until then. If it needs longer, write 'limit: 48h' into "
        + "'\(task.rawValue):' of 'schedule:'; 'limit: none' lets it take as long as it wants.",
      isRetryable: true
    )
  }

  private func doesNotEnd(_ limit: Duration) -> Problem {
    Problem(
      code: "schedule.does-not-end",
      "The task \(task.rawValue) took longer than \(Self.words(limit)) and does not stop",
      reason: "this is its 'limit' in the plan; it was asked to stop and did not in "
        + Self.words(LimitedAttempt.grace),
      hint: "Look what it waits for: the disk, the store, the server. It keeps its lock until it "
        + "ends or its process does: restart the one of --foreground."
    )
  }

  /// A length of time as the configuration has it: `24h`, `90m`, `45s`.
  private static func words(_ length: Duration) -> String {
    let seconds = length.components.seconds
    if seconds % 3600 == 0 { return "\(seconds / 3600)h" }
    return seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s"
  }
}
