internal import Postgres
internal import Problems

/// How a wave may fail, and what a person has to do then.
extension WavePass {
  static func words(_ problem: Problem) -> String {
    [problem.summary, problem.reason].compactMap { $0 }.joined(separator: ": ")
  }

  func failure(_ reason: String?) -> Problem {
    Problem(
      .partial,
      code: "waves.start-failed",
      "'\(wave.name)' was not started",
      reason: reason,
      hint: "Mend it and run drydock waves again: it goes on with this wave."
    )
  }

  /// The server may have committed and not been able to say so.
  func lost(_ error: PostgresError) -> Problem {
    Problem(
      .partial,
      code: "waves.connection-lost",
      "the connection was lost while '\(wave.name)' was being started",
      reason: error.reason,
      hint: "Run drydock waves again: the database says whether it was started."
    )
  }

  func unknown(_ problem: Problem) -> Problem {
    unknown(problem.kind == .interrupted ? .interrupted : .partial, Self.words(problem))
  }

  func unknown(_ kind: Problem.Kind, _ reason: String) -> Problem {
    Problem(
      kind,
      code: "waves.unknown-start",
      "nobody knows whether '\(wave.name)' was started",
      reason: reason,
      facts: [.init("program", wave.start.text)],
      hint: "Look, and run the command again with --assume started or --assume not-started."
    )
  }

  var late: Problem {
    Problem(
      .partial,
      code: "waves.not-caught-up",
      "'\(wave.name)' has not caught up within \(Int(wave.limit / .seconds(1))) s; no later wave was started",
      hint: "See what holds it up, and run drydock waves again: it goes on waiting.",
      isRetryable: true
    )
  }

  var interrupted: Problem {
    Problem(
      .interrupted,
      code: "waves.interrupted",
      "stopped while waiting for '\(wave.name)'; no later wave was started",
      hint: "Run drydock waves again: it goes on there."
    )
  }
}
