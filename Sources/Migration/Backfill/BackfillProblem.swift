internal import Postgres
internal import Problems

/// The words for what can end a backfill.
enum BackfillProblem {
  private static let goesOn =
    "What was committed stays, and the same command goes on after it."

  /// The statement itself cannot run.
  static func stopped(
    _ error: PostgresError,
    _ statement: Statement,
    _ patch: Patch,
    _ totals: BackfillTotals
  ) -> Problem {
    let failure = StatementRunner.Failure(statement: statement, error: error)
    let kind: Problem.Kind = totals.batches > 0 ? .partial : .failed
    return failure.problem(patch, kind, hint: goesOn)
  }

  /// Others held a lock for longer than all attempts.
  static func lockNotFree(
    _ error: PostgresError,
    _ patch: Patch,
    _ totals: BackfillTotals
  ) -> Problem {
    Problem(
      totals.batches > 0 ? .partial : .busy,
      code: "backfill.lock-not-free",
      "a row that backfill \(patch.name.stem) needs was locked through all attempts",
      reason: error.reason,
      hint: "\(goesOn) See who holds the lock in pg_stat_activity.",
      isRetryable: true
    )
  }

  /// Rows failed alone, more than the patch says is all right.
  static func deadLetters(
    _ count: Int,
    _ failures: (most: [BackfillStatus.Failures], texts: Int),
    _ backfill: Backfill,
    _ patch: Patch
  ) -> Problem {
    Problem(
      .partial,
      code: "backfill.dead-letters",
      "backfill \(patch.name.stem) has done all rows but \(count), which failed alone",
      reason: words(failures),
      facts: [.init("rows that may fail", "\(backfill.toleratedLetters)")],
      hint: "See why with 'drydock backfill status \(patch.version)', mend the rows, then 'drydock"
        + " backfill replay \(patch.version)'. Or allow so many in the file: -- drydock: dead-letters"
        + " \(count)"
    )
  }

  /// So many rows failed that it is not the rows.
  static func tooManyLetters(
    _ count: Int,
    _ failures: (most: [BackfillStatus.Failures], texts: Int),
    _ patch: Patch
  ) -> Problem {
    Problem(
      .partial,
      code: "backfill.too-many-dead-letters",
      "backfill \(patch.name.stem) stopped after \(count) rows that failed alone",
      reason: words(failures),
      hint: "So many speak against the patch rather than the rows: see 'drydock backfill status"
        + " \(patch.version)'. \(goesOn)"
    )
  }

  /// How many rows failed with which words; DETAIL and CONTEXT were never kept.
  private static func words(_ failures: (most: [BackfillStatus.Failures], texts: Int)) -> String {
    let most = failures.most.map { "\($0.count) times: \($0.reason)" }
    let rest = failures.texts - failures.most.count
    return (most + (rest > 0 ? ["\(rest) other errors"] : [])).joined(separator: "; ")
  }

  /// Pass after pass found new rows.
  static func stillWritten(_ patch: Patch, _ backfill: Backfill) -> Problem {
    Problem(
      .partial,
      code: "backfill.still-written",
      "backfill \(patch.name.stem) never comes to an end: rows are still being written for which"
        + " '\(backfill.left)' holds",
      hint: "Let the application, a default or a trigger fill them first. \(goesOn)"
    )
  }

  /// The file is not what was applied.
  static func edited(_ patch: Patch) -> Problem {
    Problem(
      .refused,
      code: "backfill.edited",
      "\(patch.file) was edited after it was applied",
      hint: "Put the file back as it was applied. What the rows need beyond that is a new patch."
    )
  }

  /// There is nothing to replay.
  static func notBegun(_ patch: Patch) -> Problem {
    Problem(
      .refused,
      code: "backfill.not-begun",
      "backfill \(patch.name.stem) has not run here, so no row of it has failed",
      hint: "drydock status shows what is pending."
    )
  }
}
