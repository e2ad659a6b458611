public import Problems

/// How the program ends, for scripts, cron and CI.
///
/// The numbers are part of the contract.
public enum ExitStatus: Int32, Sendable, CaseIterable {
  /// Everything that was asked is done.
  case done = 0
  /// The work could not be done.
  case failed = 1
  /// The command line or the configuration is wrong.
  case usage = 2
  /// A guard or a policy refused, or only a plan was made; nothing was changed.
  case refused = 3
  /// Verification found damage or drift.
  case damaged = 4
  /// The rehearsal's verdict is "no".
  case verdict = 5
  /// A lock or a lease was not obtained in time.
  case busy = 6
  /// Done, except for what is listed.
  case omissions = 7
  /// Changed in part; the journal says how to go on.
  case partial = 8
  /// Stopped by SIGINT, cleanly.
  case interrupted = 130
  /// Stopped by SIGTERM, cleanly.
  case terminated = 143

  /// The status that a kind of problem ends in.
  public init(_ kind: Problem.Kind) {
    self =
      switch kind {
      case .failed: .failed
      case .usage: .usage
      case .refused: .refused
      case .damaged: .damaged
      case .verdict: .verdict
      case .busy: .busy
      case .partial: .partial
      case .interrupted: .interrupted
      }
  }

  /// What the status means, for help and manual.
  public var meaning: String {
    switch self {
    case .done: "Done."
    case .failed: "Failed."
    case .usage: "The command line or the configuration is wrong."
    case .refused:
      "Refused by a guard or a policy, or a plan without a token; nothing was changed."
    case .damaged: "Verification found damage or drift."
    case .verdict: "The rehearsal's verdict is \"no\"."
    case .busy: "A lock or a lease was not obtained in time; try again."
    case .omissions: "Done, with omissions that are listed."
    case .partial: "Changed in part; the journal says what, and how to go on."
    case .interrupted: "Interrupted from the keyboard; stopped cleanly."
    case .terminated: "Asked to stop by a signal; stopped cleanly."
    }
  }
}
