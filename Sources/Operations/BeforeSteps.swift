internal import Problems
internal import Processes
public import Postgres

/// What the runbook wants done before a restore or a stop, in order; the first failure ends it.
public struct BeforeSteps: Sendable {
  private static let limit = Duration.seconds(3600)
  private static let hint =
    "Mend it and run the command again; the steps before it will run again too."

  let steps: [RunbookStep]

  /// Takes the steps; nothing is run yet.
  public init(_ steps: [RunbookStep]) { self.steps = steps }

  /// Runs them over a connection of their own.
  public func run(in settings: ConnectionSettings) async throws {
    let session = try await Session.opening(settings)
    try await run(session)
    await session.close()
  }

  private func run(_ session: Session) async throws {
    for step in steps {
      switch step {
      case .sql(let statement):
        do {
          try await session.run { connection in _ = try connection.query(statement, []) }
        } catch let error as PostgresError {
          throw error.problem("a step before the stop failed: \(step.text)", hint: Self.hint)
        }
      case .command(let words):
        try await run(words, step.text)
      }
    }
  }

  private func run(_ words: [String], _ text: String) async throws {
    do {
      _ = try await Lane("drydock.runbook").run {
        try CommandStep.run(words, [:], limit: Self.limit).checked()
      }
    } catch let problem as Problem {
      throw Problem(
        problem.kind,
        code: "runbook.step-failed",
        "a step before the stop failed: \(text)",
        reason: [problem.summary, problem.reason].compactMap { $0 }.joined(separator: ": "),
        hint: Self.hint
      )
    }
  }
}
