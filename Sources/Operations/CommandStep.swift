internal import FoundationEssentials
internal import Problems
internal import Processes

/// Runs the programs of a runbook; blocks until they end.
enum CommandStep {
  /// Runs a program.
  ///
  /// It sees where programs are and libpq's variables without the password, and what is given here;
  /// no key and no passphrase.
  ///
  /// - Parameters:
  ///   - words: The program and its arguments.
  ///   - variables: What it is told, such as `DRYDOCK_WAVE`.
  ///   - limit: After it the program is stopped.
  /// - Returns: How it ended.
  /// - Throws: a `Problem` where it could not be started, or was stopped.
  static func run(
    _ words: [String],
    _ variables: [String: String],
    limit: Duration
  ) throws -> Outcome {
    guard let program = words.first else {
      throw Problem(.usage, code: "runbook.no-program", "a step of the runbook names no program")
    }
    let environment = EnvironmentWhitelist.client.ofThisProcess()
      .merging(variables) { _, told in told }
    return try Invocation(program, Array(words.dropFirst()), environment: environment)
      .run(output: .discarded, timeLimit: limit)
  }
}
