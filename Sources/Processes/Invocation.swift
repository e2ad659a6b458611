/// A program to run: its name, its arguments, and all of the environment that it will see.
///
/// There is never a shell between us and the program, so no argument needs quoting and none can
/// become a command. Nothing is inherited: the environment is what stands here, descriptors above
/// standard error are closed, signals are at their defaults, and the child leads a process group of
/// its own, so that it and whatever it starts can be stopped together.
public struct Invocation: Sendable, Equatable {
  /// A path with a slash, or a name that is looked for in the `PATH` of the calling process.
  public var program: String
  /// The arguments after the program's own name.
  public var arguments: [String]
  /// The whole environment of the child.
  public var environment: [String: String]
  /// The directory in which the child starts, or nil for ours.
  public var directory: String?
  /// As whom the child runs, and whether it sees the network.
  public var confinement: Confinement

  /// Describes a program to run; nothing is looked up or started yet.
  public init(
    _ program: String,
    _ arguments: [String] = [],
    environment: [String: String] = EnvironmentWhitelist.system.ofThisProcess(),
    directory: String? = nil,
    confinement: Confinement = .none
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.confinement = confinement
  }
}
