internal import Arguments
internal import Problems

extension Problem {
  /// What an error means at the end of a command, whoever threw it.
  init(ending error: any Error) {
    switch error {
    case let problem as Problem:
      // Whatever failed because someone asked to stop, is that; a changed target is told all the same.
      let isStopped = Task.isCancelled && [.failed, .busy].contains(problem.kind)
      self = isStopped ? Self.interruption : problem
    case let error as UsageError: self.init(error)
    case is CancellationError: self = Self.interruption
    default: self = Self.surprise(error)
    }
  }

  private static let interruption = Problem(
    .interrupted,
    code: "interrupted",
    "Stopped cleanly, as asked"
  )

  /// An error that no module turned into a problem: a defect, but still one with a clear end.
  private static func surprise(_ error: any Error) -> Problem {
    Problem(
      code: "internal.unexpected-error",
      "Something failed in a way that Drydock does not know",
      reason: String(describing: error),
      hint: "This is a defect of Drydock. Please report it with the command line."
    )
  }
}
