internal import Postgres
internal import Problems

/// Why a stop did not come to its end, and in which state the database is.
extension StopRun {
  /// The same error, once the database is closed.
  static func afterClosing(_ error: any Error) -> Problem {
    var problem =
      error as? Problem
      ?? Problem(
        error is CancellationError ? .interrupted : .failed,
        code: "stop.failed",
        "the stop did not come to its end",
        reason: error is CancellationError ? nil : "\(error)"
      )
    if [.failed, .refused].contains(problem.kind) { problem.kind = .partial }
    problem.facts.append(.init("state", "the database was closed; the stop has not ended"))
    let next = "drydock stop goes on where this one ended; drydock start opens the database."
    problem.hint = [problem.hint, next].compactMap { $0 }.joined(separator: " ")
    return problem
  }

  /// The server may have closed the database and not been able to say so.
  static func perhapsClosed(_ identity: DatabaseIdentity, _ error: PostgresError) -> Problem {
    Problem(
      .partial,
      code: "stop.connection-lost",
      "the connection was lost while database \(identity.name) was being closed",
      reason: error.reason,
      facts: [.init("state", "the database may be closed; the stop has not ended")],
      hint: "Run drydock stop again to go on, or drydock start to open it."
    )
  }

  static func opened(_ identity: DatabaseIdentity) -> Problem {
    Problem(
      .partial,
      code: "stop.opened",
      "database \(identity.name) was opened while the snapshot was taken; it is not stopped",
      reason:
        "a drydock start or a person opened it, and what was written since is not in the snapshot",
      facts: [.init("state", "the database takes writes; no snapshot is marked for a start")],
      hint: "Find out who needs it. Then run drydock stop again, before the server goes away."
    )
  }
}
