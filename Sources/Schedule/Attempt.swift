public import Problems

/// How one attempt at a task went.
public struct Attempt: Sendable {
  /// The exit status of its command.
  public var exit: Int32
  /// What went wrong; nil where it did what it should.
  public var problem: Problem?
  /// Everything that it said.
  public var log: String
  /// What a person must hear although it succeeded.
  public var warnings: String

  /// Describes an attempt.
  public init(exit: Int32, problem: Problem? = nil, log: String = "", warnings: String = "") {
    self.exit = exit
    self.problem = problem
    self.log = log
    self.warnings = warnings
  }

  /// Whether the same attempt may succeed later without any change.
  var mayPass: Bool {
    guard let problem, problem.kind != .interrupted else { return false }
    return problem.isRetryable || problem.kind == .busy
  }
}
