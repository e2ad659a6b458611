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

  /// Runs them: those before the task until one fails, those after it all, for each may take back
  /// something that `before` did.
  ///
  /// - Parameter say: Gets what they wrote.
  /// - Returns: What failed: `schedule.hook-failed`, which names the program, and not its arguments;
  ///   `processes.*` where one took too long or could not be started.
  func run(_ say: (String) -> Void) async -> [Problem] {
    var failures: [Problem] = []
    for command in hooks.commands(of: stage) {
      do {
        try await run(command, say)
      } catch {
        failures.append(TaskRun.problem(error))
        if stage == .before { break }
      }
    }
    return failures
  }

  private func run(_ command: [String], _ say: (String) -> Void) async throws {
    guard let program = command.first else { return }
    let (arguments, environment, limit) = (
      Array(command.dropFirst()), self.environment, hooks.limit
    )
    let (ending, words) = try await Lane("drydock.hook").run {
      () throws -> (Result<Processes.ExitStatus, Problem>, String) in
      var output: [UInt8] = []
      do {
        let outcome = try Invocation(program, arguments, environment: environment).run(
          output: .streamed { piece in
            for index in piece.indices where output.count < Self.outputLimit {
              output.append(piece[index])
            }
          },
          timeLimit: limit
        )
        let words = String(decoding: output, as: UTF8.self) + outcome.errors
        return (.success(outcome.status), words)
      } catch let problem as Problem {
        // What it wrote until it was ended may say why.
        return (.failure(problem), String(decoding: output, as: UTF8.self))
      }
    }
    if !words.isEmpty { say(words.hasSuffix("\n") ? words : words + "\n") }
    switch ending {
    case .success(let status):
      guard status.isSuccess else { throw failure(of: program, status, words) }
    case .failure(var problem):
      problem.facts.append(.init("hook", "\(program) (\(stage.rawValue))"))
      throw problem
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
