internal import Postgres
internal import Problems

/// Runs a script in one transaction: its ledger row first, completed last, and all or nothing.
struct WholeRun {
  private let held: HeldRunner
  private let run: Run
  private let observer: (any RunObserver)?
  private let position: Int

  init(_ held: HeldRunner, _ run: Run, _ observer: (any RunObserver)?) {
    self.held = held
    self.run = run
    self.observer = observer
    position = held.state.lastPosition + 1
  }

  func execute() throws -> PatchOutcome {
    let ladder = LockLadder(
      policy: held.runner.options.locks,
      interruption: held.runner.interruption
    )
    do {
      return try ladder.climb { attempt in try self.attempt(attempt) }
    } catch let failure as StatementRunner.Failure {
      throw RunProblem.rolledBack(failure, run.patch, held.runner.interruption)
    } catch let error as PostgresError where LockLadder.isLockFailure(error) {
      throw RunProblem.lockNotFree(error, run.patch)
    }
  }

  private func attempt(_ attempt: Int) throws -> PatchOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    let connection = try held.connect(run)
    let statements = StatementRunner(
      connection: connection,
      observer: observer,
      interruption: held.runner.interruption
    )
    let timeout = run.script.directives.lockTimeout ?? held.runner.options.locks.timeout
    try connection.execute("SET lock_timeout = \(timeout.serverMilliseconds)")
    let transaction = try OpenTransaction.begin(connection)
    do {
      try perform(statements, transaction)
      try held.lock.requireHeld()
    } catch {
      transaction.rollBack()
      throw error
    }
    try commit(transaction)
    return PatchOutcome(
      version: run.patch.version,
      name: run.patch.name.stem,
      position: position,
      statements: run.script.body.count,
      attempts: attempt,
      seconds: (clock.now - start) / .seconds(1)
    )
  }

  private func perform(_ statements: StatementRunner, _ transaction: OpenTransaction) throws {
    let connection = statements.connection
    let writer = LedgerWriter(connection: connection, origin: held.runner.options.origin)
    try writer.begin(run.kind, held.ledgerName(of: run.patch), run.script.identity, at: position)
    let identity = try transaction.identify()
    try observer?.willBegin(run.patch, on: connection)
    let indexes = try InvalidIndexes.read(connection)
    try takeFirstLocks(connection)
    for statement in run.script.body {
      try statements.run(statement)
      try transaction.requireSame(identity, after: statement, of: run)
    }
    try RunEnding(run: run, statements: statements).verify()
    try indexes.requireNoneNew(run.script, connection)
    try observer?.beforeCommit(run.patch, on: connection)
    try requireOwnLedger(writer)
    try writer.finish(position)
  }

  /// The text of a patch is judged before it runs; what its code builds shows only in what it wrote.
  private func requireOwnLedger(_ writer: LedgerWriter) throws {
    guard try run.mayTouchLedger || writer.writes() <= 1 else {
      throw RunProblem.ledgerTouched(run)
    }
  }

  /// Locks what the rehearsal saw, in the order of names, so that two runners cannot cross.
  private func takeFirstLocks(_ connection: Connection) throws {
    guard run.script.directives.locksFirst else { return }
    let locks = held.firstLocks[run.patch.version] ?? []
    for lock in locks.sorted(by: { $0.table < $1.table }) {
      do {
        try connection.execute("LOCK TABLE \(lock.table) IN \(lock.mode) MODE")
      } catch {
        guard !LockLadder.isLockFailure(error), !error.isConnectionLost else { throw error }
        throw RunProblem.firstLockRefused(error, lock, run.patch)
      }
    }
  }

  /// A COMMIT without an answer may have happened; the server is asked before anything is said.
  private func commit(_ transaction: OpenTransaction) throws {
    let identity = try transaction.identify()
    do {
      try transaction.connection.execute("COMMIT")
    } catch  where !error.isConnectionLost {
      transaction.rollBack()
      throw RunProblem.commitRefused(error, run.patch)
    } catch {
      let fate = try fate(of: identity)
      guard fate == "committed" else { throw RunProblem.notCommitted(error, run.patch) }
    }
  }

  private func fate(of transaction: String) throws -> String? {
    do {
      return try held.lock.fate(of: transaction)
    } catch let error as PostgresError {
      throw RunProblem.fateUnknown(error, run.patch)
    }
  }
}

/// A transaction whose identity is known, so that a hidden COMMIT is noticed.
struct OpenTransaction {
  let connection: Connection

  static func begin(_ connection: Connection) throws -> OpenTransaction {
    try connection.execute("BEGIN")
    return OpenTransaction(connection: connection)
  }

  /// The transaction's number; it has one, for the ledger was written first.
  func identify() throws -> String {
    try connection.query("SELECT pg_catalog.pg_current_xact_id()", []).value ?? ""
  }

  /// Throws when the transaction that runs now is not the one that began.
  func requireSame(_ identity: String, after statement: Statement, of run: Run) throws {
    let now = try connection.query("SELECT pg_catalog.pg_current_xact_id_if_assigned()", []).value
    guard now != identity else { return }
    let fate = try connection.query(
      "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)",
      [.text(identity)]
    ).value
    throw RunProblem.transactionEnded(statement, run, wasCommitted: fate == "committed")
  }

  /// Rolls back as far as that is still possible; a lost connection has done so by itself.
  func rollBack() { _ = try? connection.execute("ROLLBACK") }
}
