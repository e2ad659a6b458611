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
    let event = try OpenEvent(held, run, writer)
    let indexes = try InvalidIndexes.read(connection)
    try observer?.willBegin(run.patch, on: connection)
    try runSteps(writer, event.position)
    try event.finish(indexes, statements(writer), observer)
    return PatchOutcome(
      version: run.patch.version,
      name: run.patch.name.stem,
      position: event.position,
      statements: run.script.steps.reduce(0) { $0 + $1.statements.count },
      attempts: 1,
      seconds: (clock.now - start) / .seconds(1)
    )
  }

  private func runSteps(_ writer: LedgerWriter, _ position: Int) throws {
    let progress = try Progress.read(position, writer.connection)
    var done = progress.doneCount
    do {
      try EarlierSettings(run.script, progress).send(over: writer.connection)
    } catch let failure as StatementRunner.Failure {
      throw RunProblem.stopped(failure, run, step: done + 1, stepsDone: done, interruption)
    }
    for (number, step) in zip(1..., run.script.steps) where !progress.isDone(number) {
      do {
        try held.lock.requireHeld()
        if step.isBare {
          let intent = progress.isUndecided(number) ? progress[number] : nil
          try runBare(step, number, intent, writer, position)
        } else {
          try runInTransaction(step, number, writer, position, stepsDone: done)
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

  private func setLockTimeout(_ timeout: Duration, _ connection: Connection) throws {
    try connection.execute("SET lock_timeout = \(timeout.serverMilliseconds)")
  }

  private func runInTransaction(
    _ step: Step,
    _ number: Int,
    _ writer: LedgerWriter,
    _ position: Int,
    stepsDone: Int
  ) throws {
    try setLockTimeout(
      run.script.directives.lockTimeout ?? policy.timeout,
      writer.connection
    )
    try LockLadder(policy: policy, interruption: interruption).climb { _ in
      let transaction = try OpenTransaction.begin(writer.connection)
      do {
        let entry = Progress.Entry(state: .done, digest: try step.digest())
        try writer.note(entry, step: number, of: position)
        let identity = try transaction.identify()
        let written = try writer.writes()
        for statement in step.statements {
          try statements(writer).run(statement)
          try transaction.requireSame(identity, after: statement, of: run)
        }
        // What waits for COMMIT would write to the ledger behind the look at it.
        try send("SET CONSTRAINTS ALL IMMEDIATE", of: step, writer.connection)
        guard try run.mayTouchLedger || writer.writes() == written else {
          throw RunProblem.ledgerTouched(run, step: number, stepsDone: stepsDone)
        }
        try held.lock.requireHeld()
        try send("COMMIT", of: step, writer.connection)
      } catch {
        transaction.rollBack()
        throw error
      }
    }
  }

  /// What is deferred fails at the end: the step failed then, like one that a statement ends.
  private func send(_ ending: String, of step: Step, _ connection: Connection) throws {
    do {
      try connection.execute(ending)
    } catch  where !error.isConnectionLost {
      guard let last = step.statements.last else { throw error }
      throw StatementRunner.Failure(statement: last, error: error)
    }
  }

  private func runBare(
    _ step: Step,
    _ number: Int,
    _ intent: Progress.Entry?,
    _ writer: LedgerWriter,
    _ position: Int
  ) throws {
    let statement = step.statements[0]
    let judge = Aftermath(statement: statement, connection: writer.connection)
    var entry = Progress.Entry(state: .intent, digest: try step.digest())
    if let intent {
      switch try judge.decide(noted: intent.note ?? "") {
      case .done: return try note(entry.with(.done), number, writer, position)
      case .redo: break
      case .running: throw RunProblem.stillRunning(statement, run)
      case .undecidable: throw RunProblem.undecidable(statement, run, step: number)
      }
    } else {
      entry.note = try judge.noteBefore()
      try note(entry, number, writer, position)
    }
    try setLockTimeout(
      max(policy.concurrentTimeout, run.script.directives.lockTimeout ?? .zero),
      writer.connection
    )
    let before = try run.mayTouchLedger ? nil : LedgerContent.read(held.lock.connection)
    do {
      try statements(writer).run(statement)
    } catch {
      try requireSame(before, after: statement, position, failure: error)
      throw error
    }
    try requireSame(before, after: statement, position)
    try note(entry.with(.done), number, writer, position)
  }

  /// Code outside a transaction may have committed what it wrote to the ledger: the step stays open,
  /// and nothing runs after it.
  private func requireSame(
    _ before: LedgerContent?,
    after statement: Statement,
    _ position: Int,
    failure: (any Error)? = nil
  ) throws {
    // When the lock's session is gone it cannot be asked; what follows finds that out.
    guard let before, let now = try? LedgerContent.read(held.lock.connection), now != before else {
      return
    }
    let known = max(position, held.state.lastPosition)
    let events = try? LedgerContent.events(after: known, held.lock.connection)
    throw RunProblem.ledgerChanged(
      statement,
      run,
      events ?? [],
      failure: (failure as? StatementRunner.Failure)?.error
    )
  }

  private func note(
    _ entry: Progress.Entry,
    _ number: Int,
    _ writer: LedgerWriter,
    _ position: Int
  ) throws {
    try writer.connection.transaction {
      try writer.note(entry, step: number, of: position)
    }
  }
}
