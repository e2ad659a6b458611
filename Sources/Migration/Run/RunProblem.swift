internal import Problems
internal import Postgres

/// The words for what can go wrong while a patch runs.
enum RunProblem {
  /// A statement failed and the whole patch was rolled back.
  static func rolledBack(
    _ failure: StatementRunner.Failure,
    _ patch: Patch,
    _ interruption: Interruption
  ) -> Problem {
    let nothingLeft = "The patch was rolled back; nothing of it is in the database."
    if interruption.isRequested {
      return failure.problem(patch, .interrupted, hint: nothingLeft)
    }
    guard LockLadder.isLockFailure(failure) else {
      return failure.problem(patch, .failed, hint: nothingLeft)
    }
    return failure.problem(
      patch,
      .busy,
      hint: nothingLeft + " A lock was not free in time: try again when less is going on, or see"
        + " who holds it in pg_stat_activity."
    )
  }

  /// A statement of our own waited for a lock in vain, for example for the ledger's row.
  static func lockNotFree(_ error: PostgresError, _ patch: Patch) -> Problem {
    Problem(
      .busy,
      code: "migrate.lock-not-free",
      "a lock that patch \(patch.name.stem) needs was not free in time",
      reason: error.reason,
      hint: "The patch was rolled back; nothing of it is in the database. Try again when less is"
        + " going on, or see who holds the lock in pg_stat_activity.",
      isRetryable: true
    )
  }

  /// The server refuses a lock at the head, which statements may take with fewer privileges.
  static func firstLockRefused(
    _ error: PostgresError,
    _ lock: Runner.TableLock,
    _ patch: Patch
  ) -> Problem {
    Problem(
      .failed,
      code: "migrate.first-lock-refused",
      "patch \(patch.name.stem) is lock-first, and \(lock.table) cannot be locked \(lock.mode)",
      reason: error.reason,
      hint:
        "The patch was rolled back. Grant the migrator UPDATE on the table, which LOCK TABLE asks"
        + " for, or take the directive lock-first out."
    )
  }

  /// COMMIT got no answer, and the server cannot be asked.
  static func fateUnknown(_ error: PostgresError, _ patch: Patch) -> Problem {
    Problem(
      .partial,
      code: "migrate.fate-unknown",
      "nobody can tell now whether patch \(patch.name.stem) was committed",
      reason: error.reason,
      hint: "It is in the database whole or not at all. When the server answers again,"
        + " 'drydock status' tells which."
    )
  }

  static func commitRefused(_ error: PostgresError, _ patch: Patch) -> Problem {
    Problem(
      .failed,
      code: "migrate.commit-refused",
      "the server refused to commit patch \(patch.name.stem)",
      reason: error.reason,
      hint: "The patch was rolled back; nothing of it is in the database."
    )
  }

  static func notCommitted(_ error: PostgresError, _ patch: Patch) -> Problem {
    Problem(
      .failed,
      code: "migrate.not-committed",
      "patch \(patch.name.stem) was not committed",
      reason: error.reason,
      hint: "The connection was lost, and the server rolled the patch back: nothing of it is in the"
        + " database. Run the command again.",
      isRetryable: true
    )
  }

  /// Code of the patch wrote to the ledger, which its text does not name.
  static func ledgerTouched(_ run: Run) -> Problem {
    Problem(
      .refused,
      code: "migrate.ledger-touched",
      "\(run.script.file) wrote to schema drydock, which holds the ledger, and was rolled back",
      hint: "Only the runner writes there. If it must be, write at the head of the file:"
        + " -- drydock: allow touches-ledger because <reason>"
    )
  }

  /// The same for a step of a patch outside a transaction, whose other steps stay.
  static func ledgerTouched(_ run: Run, step: Int, stepsDone: Int) -> Problem {
    Problem(
      stepsDone > 0 ? .partial : .refused,
      code: "migrate.ledger-touched",
      "\(run.script.file): step \(step) wrote to schema drydock, which holds the ledger, and was"
        + " rolled back",
      hint: "Only the runner writes there. \(stepsDone) of the patch's \(run.script.steps.count)"
        + " steps are committed: take out what writes there and run the command again, it goes on at"
        + " step \(step). If it must be, write at the head of the file: -- drydock: allow"
        + " touches-ledger because <reason>"
    )
  }

  /// Code outside a transaction wrote to the ledger, and nobody can roll that back.
  static func ledgerChanged(
    _ statement: Statement,
    _ run: Run,
    _ events: [String],
    failure: PostgresError?
  ) -> Problem {
    Problem(
      .partial,
      code: "migrate.ledger-touched",
      "\(statement.place): the ledger in schema drydock was written to while this statement ran",
      reason: failure?.reason,
      facts: [Problem.Fact("statement", statement.headline)]
        + events.map { Problem.Fact("new event", $0) },
      hint: "Only the runner writes there, and what the statement committed stays. No patch was run"
        + " after it, and \(run.patch.name.stem) is unfinished. Find in drydock.events and"
        + " drydock.progress what is not true; where a patch is said to be applied that never ran,"
        + " let the ledger's owner add an event 'set-back' of its version. Then take what writes"
        + " there out of the patch. " + run.settlement
    )
  }

  static func transactionEnded(
    _ statement: Statement,
    _ run: Run,
    wasCommitted: Bool
  ) -> Problem {
    Problem(
      wasCommitted ? .partial : .failed,
      code: "migrate.transaction-ended",
      "\(statement.place): the statement ended the transaction in which \(run.patch.name.stem) runs",
      reason: wasCommitted
        ? "what came before it is committed, what comes after has not run"
        : "what came before it was rolled back",
      facts: [Problem.Fact("statement", statement.headline)],
      hint: wasCommitted
        ? "The ledger has it as unfinished. " + run.settlement
        : "Take the transaction control out of the patch, and run it again."
    )
  }

  /// A step of a patch outside a transaction failed.
  static func stopped(
    _ failure: StatementRunner.Failure,
    _ run: Run,
    step: Int,
    stepsDone: Int,
    _ interruption: Interruption
  ) -> Problem {
    let hint =
      "\(stepsDone) of its \(run.script.steps.count) steps are committed and noted in"
      + " drydock.progress. Correct the cause and run the command again: it goes on at step \(step)."
    if stepsDone > 0 { return failure.problem(run.patch, .partial, hint: hint) }
    if interruption.isRequested { return failure.problem(run.patch, .interrupted, hint: hint) }
    let isLock = LockLadder.isLockFailure(failure)
    return failure.problem(run.patch, isLock ? .busy : .failed, hint: hint)
  }

  /// The server has not noticed yet that the earlier run is gone.
  static func stillRunning(_ statement: Statement, _ run: Run) -> Problem {
    Problem(
      .busy,
      code: "migrate.still-running",
      "\(statement.place): the index is still being built for an earlier run that ended",
      facts: [Problem.Fact("statement", statement.headline)],
      hint: "Wait until pg_stat_progress_create_index is empty, then run the command again.",
      isRetryable: true
    )
  }

  /// A statement was about to run when an earlier run ended, and nobody can tell whether it did.
  static func undecidable(_ statement: Statement, _ run: Run, step: Int) -> Problem {
    Problem(
      .refused,
      code: "migrate.undecidable",
      "\(statement.place): an earlier run ended while this statement ran, and its effect cannot be"
        + " told from the database",
      facts: [Problem.Fact("statement", statement.headline)],
      hint: "Find out whether it took effect, then say so: "
        + run.next.repair(run.patch.version, " --statement \(step) --done") + ", or --redo."
    )
  }
}
