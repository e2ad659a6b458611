internal import Postgres
internal import Problems

/// A copy beside the live schema that is not live yet: what is said of it, and when it goes.
enum UnfinishedCopy {
  /// Refuses a new operation while another one's copy waits to be finished.
  static func requireNone(
    of state: LiveState,
    but operation: String,
    _ connection: Connection
  ) throws {
    for journal in state.schema.comment.journals
    where journal.state.isUnfinished && journal.operation != operation {
      // Somebody may have dropped the copy by hand.
      let oid = try connection.query(
        "SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $1",
        [.text(journal.setAside)]
      )
      guard !oid.isEmpty else { continue }
      throw Problem(
        .refused,
        code: "restore.unfinished",
        "operation \(journal.operation) on schema \(journal.schema) is not finished: it is"
          + " \(journal.state.rawValue); nothing was changed",
        hint: "drydock restore --resume \(journal.operation) goes on with it, --undo"
          + " \(journal.operation) drops its copy."
      )
    }
  }

  /// What a failed build comes to: its copy is dropped where that is possible, and told otherwise.
  static func afterFailure(
    _ error: any Error,
    _ plan: ReplacementPlan,
    _ session: Session,
    _ lockTimeout: Int
  ) async -> Problem {
    let problem = problem(error, plan)
    // Whoever was asked to stop tidies up too, so the task must not be the cancelled one.
    let isGone = await Task {
      do {
        try await session.run { try remove(plan.operation, $0, lockTimeout) }
        return true
      } catch {
        return false
      }
    }.value
    guard isGone else { return left(problem, plan, isCertain: false) }
    var copy = problem
    copy.facts.append(
      .init("state", "nothing was changed: schema \(plan.schema) is live as it was")
    )
    return copy.hinting
  }

  /// The problem, for those who must know that a copy was left, or may have been.
  static func left(
    _ problem: Problem,
    _ plan: ReplacementPlan,
    isCertain: Bool = true
  ) -> Problem {
    guard problem.kind != .partial else { return problem }
    var copy = problem
    copy.facts.removeAll { $0.name == "state" }
    copy.facts.append(
      .init(
        "state",
        "schema \(plan.schema) is live as it was; \(plan.copy)"
          + (isCertain ? " waits beside it" : " may be left beside it")
      )
    )
    copy.hint =
      (problem.hint.map { "\($0) " } ?? "")
      + "drydock restore --resume \(plan.operation) goes on, --undo \(plan.operation) drops the"
      + " new copy; drydock restores says where it is."
    return copy
  }

  private static func remove(
    _ operation: String,
    _ connection: Connection,
    _ lockTimeout: Int
  ) throws {
    if connection.isInTransaction { try connection.execute("ROLLBACK") }
    let found = try SetAside.list(connection).first {
      $0.operation == operation && $0.state.isUnfinished
    }
    guard let found else { return }
    try SetAsideDrop(connection: connection, lockTimeout: lockTimeout).finish(found)
  }

  private static func problem(_ error: any Error, _ plan: ReplacementPlan) -> Problem {
    if Task.isCancelled || error is CancellationError { return .interrupted }
    if let problem = error as? Problem { return problem }
    let doing = "schema \(plan.schema) was not replaced"
    guard let error = error as? PostgresError else {
      return Problem(code: "restore.failed", doing, reason: "\(error)")
    }
    var problem = error.problem(doing)
    if error.isRetryable { problem.kind = .busy }
    return problem
  }
}
