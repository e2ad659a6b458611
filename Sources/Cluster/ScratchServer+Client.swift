public import Processes

extension ScratchServer {
  /// A client program that is kept as far away from this machine as the server itself.
  ///
  /// For scripts of strangers: `psql` executes shell commands that stand in them.
  ///
  /// - Parameters:
  ///   - program: The program's path.
  ///   - arguments: Its arguments; connections go to `socketDirectory`.
  /// - Returns: What can be run.
  public func client(_ program: String, _ arguments: [String]) -> Invocation {
    Invocation(
      program,
      arguments,
      environment: EnvironmentWhitelist.scratch.ofThisProcess(),
      directory: directory.home,
      confinement: confinement
    )
  }
}
