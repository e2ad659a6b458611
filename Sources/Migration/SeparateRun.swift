internal import Postgres
internal import Problems

/// Runs a `no-transaction` script: each step commits, and the ledger knows how far it has come.
///
/// What can run in a transaction does, together with its progress row. Only what cannot runs bare,
/// after a committed intent; when a run ends in between, the next one looks at the database.
struct SeparateRun {
  private let held: HeldRunner
  private let run: Run
  private let observer: (any RunObserver)?
  private let interruption: Interruption

  init(_ held: HeldRunner, _ run: Run, _ observer: (any RunObserver)?) {
    self.held = held
    self.run = run
    self.observer = observer
    interruption = held.runner.interruption
  }

  private var policy: LockPolicy { held.runner.options.locks }

  func execute() throws -> PatchOutcome {
    let clock = ContinuousClock()
    let start = clock.now
    let connection = try held.connect(run)
    let writer = LedgerWriter(connection: connection, origin: held.runner.options.origin)
    let position = try open(writer)
    let indexes = try InvalidIndexes.read(connection)
    try observer?.willBegin(run.patch, on: connection)
    try runSteps(writer, position)
    try finish(writer, position, indexes)
    return PatchOutcome(
      version: run.patch.version,
      name: run.patch.name.stem,
      position: position,
      statements: run.script.steps.reduce(0) { $0 + $1.statements.count },
      attempts: 1,
      seconds: (clock.now - start) / .seconds(1)
    )
  }

  /// The event of this run: the one that an earlier run left unfinished, or a new one.
  private func open(_ writer: LedgerWriter) throws -> Int {
    if let event = held.state[run.patch.version], event.isUnfinished, event.kind == run.kind {
      return event.position
    }
    let position = held.state.lastPosition + 1
    try writer.begin(run.kind, run.patch.name, run.script.identity, at: position)
    return position
  }

  private func runSteps(_ writer: LedgerWriter, _ position: Int) throws {
    let progress = try Progress.read(position, writer.connection)
    var done = progress.done.count
    for (number, step) in zip(1..., run.script.steps) where !progress.done.contains(number) {
      do {
        try held.lock.requireHeld()
        if step.isBare {
          let intent = progress.redos.contains(number) ? nil : progress.intents[number]
          try runBare(step.statements[0], number, intent, writer, position)
        } else {
          try runInTransaction(step, number, writer, position)
        }
      } catch let failure as StatementRunner.Failure {
        throw RunProblem.stopped(failure, run, step: number, stepsDone: done, interruption)
      }
      done += 1
    }
  }

  private func statements(_ writer: LedgerWriter) -> StatementRunner {
    StatementRunner(
      connection: writer.connection,
      observer: observer,
      interruption: interruption
    )
  }

  private func setLockTimeout(_ fallback: Duration, _ connection: Connection) throws {
    let timeout = run.script.directives.lockTimeout ?? fallback
    try connection.execute("SET lock_timeout = \(timeout.serverMilliseconds)")
  }

  private func runInTransaction(
    _ step: Step,
    _ number: Int,
    _ writer: LedgerWriter,
    _ position: Int
  ) throws {
    try setLockTimeout(policy.timeout, writer.connection)
    try LockLadder(policy: policy, interruption: interruption).climb { _ in
      let transaction = try OpenTransaction.begin(writer.connection)
      do {
        try writer.note(.done, step: number, of: position)
        let identity = try transaction.identify()
        for statement in step.statements {
          try statements(writer).run(statement)
          try transaction.requireSame(identity, after: statement, of: run.patch)
        }
        try writer.connection.execute("COMMIT")
      } catch {
        transaction.rollBack()
        throw error
      }
    }
  }

  private func runBare(
    _ statement: Statement,
    _ number: Int,
    _ intent: String?,
    _ writer: LedgerWriter,
    _ position: Int
  ) throws {
    let judge = Aftermath(statement: statement, connection: writer.connection)
    if let intent {
      switch try judge.decide(noted: intent) {
      case .done: return try writer.note(.done, step: number, of: position)
      case .redo: break
      case .undecidable: throw RunProblem.undecidable(statement, run, step: number)
      }
    } else {
      try writer.note(.intent, step: number, of: position, try judge.noteBefore())
    }
    try setLockTimeout(policy.concurrentTimeout, writer.connection)
    try statements(writer).run(statement)
    try writer.note(.done, step: number, of: position)
  }

  /// Assertions run in a transaction that is rolled back; then the event is complete.
  private func finish(
    _ writer: LedgerWriter,
    _ position: Int,
    _ indexes: InvalidIndexes
  ) throws {
    do {
      let transaction = try OpenTransaction.begin(writer.connection)
      defer { transaction.rollBack() }
      try RunEnding(run: run, statements: statements(writer)).verify()
    } catch let failure as StatementRunner.Failure {
      throw failure.problem(
        run.patch,
        .partial,
        hint: "All steps of the patch are committed; the ledger has it as unfinished until this"
          + " assertion holds."
      )
    }
    try indexes.requireNoneNew(run.script, writer.connection)
    try observer?.beforeCommit(run.patch, on: writer.connection)
    try held.lock.requireHeld()
    try writer.finish(position)
  }
}
