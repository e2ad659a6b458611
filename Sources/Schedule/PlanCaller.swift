/// How a timer calls a plan: the program and the options that lead it to the same configuration.
public struct PlanCaller: Sendable, Equatable {
  /// The program, as an absolute path.
  public var program: String
  /// What says which configuration and which profile is meant: `--config FILE`, `--profile NAME`.
  public var options: [String]
  /// The profile; nil for what stands at the top of the configuration.
  public var profile: String?
  /// As whom the tasks run; nil for the user whose systemd or crontab it is.
  public var user: String?
  /// Directories that the tasks write to, beside those for state, cache and temporary files.
  public var writablePaths: [String]

  /// Describes a caller.
  public init(
    program: String,
    options: [String] = [],
    profile: String? = nil,
    user: String? = nil,
    writablePaths: [String] = []
  ) {
    self.program = program
    self.options = options
    self.profile = profile
    self.user = user
    self.writablePaths = writablePaths
  }

  /// The words of a call that runs a task, without a shell.
  public func words(_ task: String, _ more: [String] = []) -> [String] {
    [program, "schedule", "--run", task] + more + options
  }
}
