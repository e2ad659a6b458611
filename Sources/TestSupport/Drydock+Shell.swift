internal import Processes

extension Drydock {
  /// Runs a line of a document as a shell does, `drydock` being the built program.
  ///
  /// - Parameters:
  ///   - line: the line, with variables that the shell fills in.
  ///   - variables: more of its environment.
  /// - Returns: what it said and how it ended.
  /// - Throws: `processes.timed-out` when it takes more than three minutes.
  public func run(shell line: String, _ variables: [String: String] = [:]) throws -> Run {
    let program = invocation([], variables)
    let outcome = try Invocation(
      "sh",
      ["-c", "drydock() { '\(Self.program)' \"$@\"; }; \(line)"],
      environment: program.environment,
      directory: program.directory
    ).run(output: .captured(limit: 1 << 24), timeLimit: .seconds(180))
    return Run(
      arguments: [line],
      ending: outcome.status,
      output: outcome.text,
      errors: outcome.errors
    )
  }
}
