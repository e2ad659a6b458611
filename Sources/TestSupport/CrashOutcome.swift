/// How often a piece of work was crashed, and what was found.
public struct CrashOutcome: Sendable {
  /// How many seeds chose.
  public let seeds: Int
  /// How many steps the work has without a fault.
  public let steps: Int
  /// Crashes that the seeds chose.
  public var planned = 0
  /// Crashes that happened: a failure may also be one that the work can do without, as where
  /// something is removed that would go by itself.
  public var crashes = 0
  /// What was wrong: seed, step, fault and the error, ready to print.
  public var findings: [String] = []
}
