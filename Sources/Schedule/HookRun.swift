internal import Postgres
internal import Problems
internal import Processes

/// Runs the hooks of a stage, one after the other.
struct HookRun {
  /// What is kept of what one hook says.
  private static let outputLimit = 64 << 10

  let hooks: Hooks
  let stage: Hooks.Stage
  /// All that the programs see.
  let environment: [String: String]

  /// Runs them until one fails.
  ///
  /// - Parameter say: Gets what they wrote.
  /// - Throws: `schedule.hook-failed`, which names the program, and not its arguments.
  func run(_ say: (String) -> Void) async throws {
    for command in hooks.commands(of: stage) {
      guard let program = command.first else { continue }
      let (arguments, environment, limit) = (
        Array(command.dropFirst()), self.environment, hooks.limit
      )
      let (status, words) = try await Lane("drydock.hook").run {
        var output: [UInt8] = []
        let outcome = try Invocation(program, arguments, environment: environment).run(
          output: .streamed { piece in
            for index in piece.indices where output.count < Self.outputLimit {
              output.append(piece[index])
            }
          },
          timeLimit: limit
        )
        return (outcome.status, String(decoding: output, as: UTF8.self) + outcome.errors)
      }
      if !words.isEmpty { say(words.hasSuffix("\n") ? words : words + "\n") }
      guard status.isSuccess else { throw failure(of: program, status, words) }
    }
  }

  private func failure(
    of program: String,
    _ status: Processes.ExitStatus,
    _ words: String
  ) -> Problem {
    let last = words.split(separator: "\n").suffix(5).joined(separator: "\n")
    return Problem(
      code: "schedule.hook-failed",
      "The hook \(program) (\(stage.rawValue)) failed with \(status)",
      reason: last.isEmpty ? nil : last,
      hint: stage == .before
        ? "The task was not run. Mend the hook, or take it out of 'hooks:'."
        : "Run it by hand to see why; docs/schedule.md lists its environment."
    )
  }
}
