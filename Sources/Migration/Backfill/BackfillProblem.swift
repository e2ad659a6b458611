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

  /// What the statement calls wrote to the ledger.
  static func ledgerTouched(_ run: Run, _ totals: BackfillTotals) -> Problem {
    Problem(
      totals.batches > 0 ? .partial : .refused,
      code: "migrate.ledger-touched",
      "a batch of \(run.script.file) wrote to schema drydock, which holds the ledger, and was rolled"
        + " back",
      hint: "Only the runner writes there: find the function or trigger that does. \(goesOn) If it"
        + " must be, write at the head of the file: -- drydock: allow touches-ledger because <reason>"
    )
  }

  /// The rows that are left cannot be told.
  static func cannotLookUp(_ error: PostgresError, _ backfill: Backfill, _ file: String) -> Problem
  {
    Problem(
      .refused,
      code: "backfill.cannot-look-up",
      "\(file): the rows that are left cannot be looked up",
      reason: error.reason,
      facts: [.init("backfill", backfill.target), .init("left", backfill.left)]
        + backfill.criteria.map { .init("only", $0) },
      hint: error.sqlState == "42501"
        ? "The role must see all rows: grant it SELECT, and where the table has row security, run it"
          + " as a role that bypasses it."
        : "Correct the directives 'backfill' and 'left', or --where and --except. What was committed"
          + " stays."
    )
  }

  /// The key's text, read again, is another key.
  static func unreadableKey(_ backfill: Backfill, _ file: String) -> Problem {
    Problem(
      .refused,
      code: "backfill.unreadable-key",
      "\(file): a key of \(backfill.target) reads back from its text as another one",
      hint: "Use a key whose text says all of it: a number, a text, a date, a uuid."
    )
  }

  /// The file counts other rows, or in another order, than the batches that are done.
  static func otherTarget(_ earlier: String, _ backfill: Backfill, _ file: String) -> Problem {
    Problem(
      .refused,
      code: "backfill.other-target",
      "\(file): it began with '\(earlier)' and says '\(backfill.target)' now",
      hint: "Put back: -- drydock: backfill \(earlier). The statement and the rest may be edited."
    )
  }

  /// What was filled in when it was applied is not known any more.
  static func usesVariables(_ patch: Patch) -> Problem {
    Problem(
      .refused,
      code: "backfill.variables",
      "\(patch.file) is applied and uses variables, whose values of then nobody knows",
      facts: patch.script.variables.keys.sorted().map { .init("variable", $0) },
      hint: "What its dead rows need is a new patch."
    )
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

  /// Rows failed alone, more than the patch says is all right; others may be left, as was asked for.
  static func deadLetters(
    _ count: Int,
    _ failures: (most: [BackfillStatus.Failures], texts: Int),
    _ backfill: Backfill,
    _ run: Run,
    isComplete: Bool
  ) -> Problem {
    let next = NextCommand(tenant: run.tenant)
    let (version, name) = (run.patch.version, run.patch.name.stem)
    let rest = isComplete ? "" : ". The rest goes on with: \(next.backfillRun(version))"
    return Problem(
      .partial,
      code: "backfill.dead-letters",
      isComplete
        ? "backfill \(name) has done all rows but \(count), which failed alone"
        : "backfill \(name) has gone as far as was asked; rows that failed alone: \(count)",
      reason: words(failures),
      facts: [.init("rows that may fail", "\(backfill.toleratedLetters)")],
      hint:
        "See why with '\(next.backfillStatus(version))', mend the rows, then"
        + " '\(next.backfillReplay(version))'. Or allow so many in the file: -- drydock: dead-letters"
        + " \(count)\(rest)"
    )
  }

  /// So many rows failed that it is not the rows.
  static func tooManyLetters(
    _ count: Int,
    _ failures: (most: [BackfillStatus.Failures], texts: Int),
    _ run: Run
  ) -> Problem {
    Problem(
      .partial,
      code: "backfill.too-many-dead-letters",
      "backfill \(run.patch.name.stem) stopped after \(count) rows that failed alone",
      reason: words(failures),
      hint: "So many speak against the patch rather than the rows: see"
        + " '\(next(run).backfillStatus(run.patch.version))'. \(goesOn)"
    )
  }

  private static func next(_ run: Run) -> NextCommand { NextCommand(tenant: run.tenant) }

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
