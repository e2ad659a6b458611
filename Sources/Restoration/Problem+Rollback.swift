internal import Postgres
internal import Problems

extension Problem {
  /// What a hint ends with where nothing is left of an attempt.
  private static let again = ", and run the command again."

  /// The hint, for those who must go on with what is left instead of beginning again.
  var hintToGoOn: String? { hint?.replacing(Self.again, with: ".") }

  /// What an error inside an operation's transaction means; the server has rolled it back.
  ///
  /// `lost` is what to do where nobody knows whether COMMIT came through.
  static func ofRollback(
    _ error: PostgresError,
    _ doing: String,
    lost: String = "The target is whole, in its old or its new state: drydock restores says which."
  ) -> Problem {
    if error.isConnectionLost {
      return Problem(
        .partial,
        code: "restore.connection-lost",
        "\(doing): the connection was lost",
        reason: error.reason,
        hint: lost
      )
    }
    if error.isRetryable {
      return Problem(
        .busy,
        code: "restore.locked",
        "\(doing): a lock was not obtained in time",
        reason: error.reason,
        facts: [Fact("state", "nothing was changed")],
        hint: "Look for long transactions in pg_stat_activity" + again,
        isRetryable: true
      )
    }
    if error.isCancelled && Task.isCancelled { return .interrupted }
    return error.problem(doing).afterRollback
  }

  /// The same problem, for those who must know what state it left.
  var afterRollback: Problem {
    guard kind != .partial, !facts.contains(where: { $0.name == "state" }) else { return self }
    var copy = self
    copy.facts.append(Fact("state", "nothing was changed: the transaction was rolled back"))
    return copy.hinting
  }

  /// An error before anything was begun.
  static func ofLooking(_ error: PostgresError) -> Problem {
    var problem = error.problem("cannot look at the target database")
    if error.isRetryable { problem.kind = .busy }
    if error.isCancelled && Task.isCancelled { return .interrupted }
    return problem.hinting
  }

  /// The same problem with what can be done next, where the server had nothing better to say.
  var hinting: Problem {
    guard hint == nil, kind != .interrupted else { return self }
    var copy = self
    copy.hint = "Mend what the server says" + Self.again
    return copy
  }

  /// A journal that says what none of ours would say.
  static func ofJournal(_ schema: String, _ reason: String) -> Problem {
    Problem(
      .damaged,
      code: "restore.journal",
      "the journal in the comment of a copy of schema \(schema) was changed",
      reason: reason,
      hint: "Look at the comments of both schemas (\\dn+) and ask who wrote them."
    )
  }

  /// What a token promised no longer holds.
  static func changedMeanwhile(_ reason: String? = nil) -> Problem {
    Problem(
      .refused,
      code: "restore.changed-meanwhile",
      "the schema, or what crosses its border, was changed since the plan; nothing was changed here",
      reason: reason,
      hint: "Run the command without --confirm, and read the new plan."
    )
  }
}
