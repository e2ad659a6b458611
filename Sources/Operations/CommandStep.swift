internal import Foundation
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
  /// - Throws: a `Problem` where it could not be started, failed, or was stopped.
  static func run(_ words: [String], _ variables: [String: String], limit: Duration) throws {
    guard let program = words.first else { return }
    let environment = EnvironmentWhitelist.client.ofThisProcess()
      .merging(variables) { _, told in told }
    try Invocation(program, Array(words.dropFirst()), environment: environment)
      .run(output: .discarded, timeLimit: limit).checked()
  }
}
