internal import Postgres
internal import Problems

extension Problem {
  /// What the plan saw is no longer so.
  static func databaseChangedMeanwhile(_ database: String) -> Problem {
    Problem(
      .refused,
      code: "restore.changed-meanwhile",
      "database \(database) was changed since the plan; nothing was changed here",
      reason: "its structure, its ledger or its identity is not what was confirmed",
      hint: "Run drydock restores, drop the copy that was built (--undo), and make a new plan."
    )
  }

  /// The safety snapshot of a copy may lack what somebody wrote into it.
  static func writtenMeanwhile(_ copy: String) -> Problem {
    Problem(
      .refused,
      code: "restore.written-meanwhile",
      "somebody was in the copy \(copy) while its safety snapshot was taken; nothing was dropped",
      reason: "what was written there then may be in no snapshot",
      hint: "Give the same command again: it takes another one."
    )
  }

  /// What an error inside the exchange of names means; the server has rolled it back.
  static func ofSwap(_ error: PostgresError, evicted: PostgresError?, _ database: String) -> Problem
  {
    guard error.sqlState == "55006" else {
      return ofRollback(error, "database \(database) did not change its name")
    }
    return Problem(
      .busy,
      code: "restore.sessions",
      "database \(database) did not change its name: sessions stayed in it",
      reason: [error.reason, evicted?.reason].compactMap { $0 }.joined(separator: "; "),
      facts: [Fact("state", "nothing was changed: the transaction was rolled back")],
      hint: "End what is left in pg_stat_activity (a superuser's sessions only a superuser can),"
        + " then run the command again.",
      isRetryable: true
    )
  }

  /// An error of the session that works beside the database.
  static func ofMaintenance(_ error: PostgresError) -> Problem {
    var problem = error.problem("cannot work on the maintenance database")
    if error.isRetryable { problem.kind = .busy }
    problem.facts.append(Fact("state", "drydock restores says where the operation is"))
    return problem.hinting
  }

  /// Runs what works on the maintenance database, and says in our words what the server says.
  static func onMaintenance<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let error as PostgresError {
      throw ofMaintenance(error)
    } catch is CancellationError {
      throw Problem.interrupted
    }
  }

  /// What a failed build left of its copy.
  enum Remains {
    /// Nothing.
    case none
    /// What there was of it: it could not be dropped, or looked for.
    case unknown
    /// All of it.
    case copy
  }

  /// The same problem of a build, for those who must know what it left.
  func afterBuild(of copy: String, beside database: String, _ remains: Remains) -> Problem {
    var problem = self
    problem.facts.removeAll { $0.name == "state" }
    guard remains == .none else {
      problem.kind = .partial
      let may = remains == .copy ? "is" : "may be"
      problem.facts.append(
        Fact("state", "database \(database) is as it was; the copy \(copy) \(may) left beside it")
      )
      problem.hint =
        "drydock restores says what is left; restore --undo drops it, --resume builds it again."
      return problem
    }
    if problem.kind == .partial { problem.kind = .failed }
    problem.facts.append(
      Fact("state", "database \(database) is as it was; the copy that was built is dropped again")
    )
    problem.hint = "Mend what the reason says, and make a new plan."
    return problem
  }

  /// The same problem, once a proven copy waits for its swap.
  func afterProof(of copy: String) -> Problem {
    var problem = self
    problem.facts.append(Fact("copy", "\(copy) is complete and proven, and waits"))
    // A hint that sends the copy away is not followed by one that swaps it in.
    guard code != "restore.changed-meanwhile" else { return problem }
    problem.hint =
      [problem.hint, "drydock restore --resume swaps it in, --undo drops it."]
      .compactMap { $0 }.joined(separator: " ")
    return problem
  }
}
