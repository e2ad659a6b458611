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

  /// Refuses a token whose operation has left a copy: it was carried out, or waits to be.
  ///
  /// The same token again would take the copy that waits for half a build, or set a second one aside
  /// under one id.
  static func requireNew(_ operation: String, _ connection: Connection) throws {
    guard let found = try SetAside.list(connection).last(where: { $0.operation == operation })
    else { return }
    throw Problem(
      .refused,
      code: "restore.already-begun",
      "operation \(operation) of this token is \(found.state.rawValue) already; nothing was"
        + " changed",
      facts: [Problem.Fact("copy", found.name)],
      hint: found.state.isUnfinished
        ? "drydock restore --resume \(operation) goes on with it, --undo \(operation) drops its copy."
        : "Run the command without --confirm for a new plan; drydock restores shows what is set"
          + " aside."
    )
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
    let removal: Result<Bool, any Error> = await Task {
      do {
        return .success(try await session.run { try remove(plan.operation, $0, lockTimeout) })
      } catch {
        return .failure(error)
      }
    }.value
    switch removal {
    case .success(true): break
    case .success(false): return left(problem, plan)
    case .failure(let error): return left(problem, plan, notDropped: error)
    }
    var copy = problem
    copy.facts.append(
      .init("state", "nothing was changed: schema \(plan.schema) is live as it was")
    )
    return copy.hinting
  }

  /// The problem, for those who must know that a copy was left, or may have been where it could not
  /// be dropped.
  static func left(
    _ problem: Problem,
    _ plan: ReplacementPlan,
    notDropped: (any Error)? = nil
  ) -> Problem {
    guard problem.kind != .partial else { return problem }
    var copy = problem
    copy.facts.removeAll { $0.name == "state" }
    copy.facts.append(
      .init(
        "state",
        "schema \(plan.schema) is live as it was; \(plan.copy)"
          + (notDropped == nil ? " waits beside it" : " may be left beside it")
      )
    )
    if let notDropped {
      let why = self.problem(notDropped, plan)
      copy.facts.append(.init("not dropped", why.reason ?? why.summary))
    }
    if problem.code == Problem.changedMeanwhile().code {
      copy.hint =
        "drydock restore --undo \(plan.operation) drops the new copy; then make a new plan."
      return copy
    }
    copy.hint =
      (problem.hintToGoOn.map { "\($0) " } ?? "")
      + "drydock restore --resume \(plan.operation) goes on, --undo \(plan.operation) drops the"
      + " new copy; drydock restores says where it is."
    return copy
  }

  /// Drops what a failed build has left; false where that is complete, which nobody drops unasked.
  private static func remove(
    _ operation: String,
    _ connection: Connection,
    _ lockTimeout: Int
  ) throws -> Bool {
    if connection.isInTransaction { try connection.execute("ROLLBACK") }
    let found = try SetAside.list(connection).first {
      $0.operation == operation && $0.state.isUnfinished
    }
    guard let found else { return true }
    guard found.state == .building else { return false }
    try SetAsideDrop(connection: connection, lockTimeout: lockTimeout, ends: .undo)
      .finish(found.journal)
    return true
  }

  /// What any error of a replacement means.
  static func problem(_ error: any Error, _ plan: ReplacementPlan) -> Problem {
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
