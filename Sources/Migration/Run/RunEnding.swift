internal import Postgres
internal import Problems

/// What follows a patch's last statement: deferred constraints, and its own assertions.
struct RunEnding {
  let run: Run
  let statements: StatementRunner

  /// Gives the session back the role and the search path with which it began.
  ///
  /// And what COMMIT waits for: a patch that turned that off could be gone after a crash of the
  /// server, although it was reported as applied.
  static let reset =
    "RESET SESSION AUTHORIZATION; RESET ROLE; RESET search_path; RESET synchronous_commit"

  private var connection: Connection { statements.connection }

  /// Checks what would otherwise be found at COMMIT, without a position, or never.
  func verify() throws {
    do {
      try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    } catch {
      throw deferredProblem(error)
    }
    try connection.execute(Self.reset)
    guard let verify = run.verify else { return }
    // Nobody can guess it: a savepoint of that name in the script itself would keep what it wrote.
    let savepoint = "drydock_verify_\(UInt64.random(in: 0...UInt64.max))"
    try connection.execute("SAVEPOINT \(savepoint)")
    for statement in verify.body { try assert(statement, verify) }
    try connection.execute("ROLLBACK TO SAVEPOINT \(savepoint); RELEASE \(savepoint)")
  }

  /// An assertion fails when the server refuses it, or when its answer is a single `false`.
  private func assert(_ statement: Statement, _ verify: Script) throws {
    let rows = try StatementRunner(
      connection: connection,
      observer: nil,
      interruption: statements.interruption
    ).run(statement)
    guard let rows, rows.count == 1, rows.columns.count == 1, rows.value == "f" else { return }
    throw Problem(
      kind,
      code: "migrate.verify-failed",
      "\(statement.place): the assertion is false after \(run.patch.name.stem)",
      facts: [Problem.Fact("statement", statement.headline)],
      hint: whatIsLeft
    )
  }

  private var kind: Problem.Kind { run.script.directives.isOutsideTransaction ? .partial : .failed }

  private var whatIsLeft: String {
    run.script.directives.isOutsideTransaction
      ? "All steps of the patch are committed; the ledger has it as unfinished until this holds."
      : "The patch was rolled back; nothing of it is in the database."
  }

  private func deferredProblem(_ error: PostgresError) -> Problem {
    var facts = [Problem.Fact("patch", run.patch.name.stem)]
    if let table = error.table { facts.append(Problem.Fact("table", table)) }
    if let constraint = error.constraint { facts.append(Problem.Fact("constraint", constraint)) }
    return Problem(
      kind,
      code: "migrate.deferred-constraint",
      "\(run.script.file): a deferred constraint does not hold at the end of the patch",
      reason: error.reason,
      facts: facts,
      hint: whatIsLeft
    )
  }
}
