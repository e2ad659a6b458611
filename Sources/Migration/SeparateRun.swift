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

  /// The event that an earlier run left unfinished, when it was this run's.
  private var unfinished: Ledger.Event? {
    held.state[run.patch.version].flatMap { $0.isUnfinished && $0.kind == run.kind ? $0 : nil }
  }

  /// Goes on with the event that an earlier run left, or writes a new one.
  private func open(_ writer: LedgerWriter) throws -> Int {
    if let unfinished, let progress = held.state.progress[run.patch.version], progress.hasBegun,
      !progress.isUntouched || unfinished.identity == run.script.identity
    {
      try progress.requireUnedited(run.script)
      return unfinished.position
    }
    let position = held.state.lastPosition + 1
    try writer.connection.transaction {
      try writer.begin(run.kind, held.ledgerName(of: run.patch), run.script.identity, at: position)
      try writer.note(Progress.Entry(state: .begun, digest: ""), step: 0, of: position)
    }
    return position
  }

  private func runSteps(_ writer: LedgerWriter, _ position: Int) throws {
    let progress = try Progress.read(position, writer.connection)
    var done = progress.doneCount
    for (number, step) in zip(1..., run.script.steps) where !progress.isDone(number) {
      do {
        try held.lock.requireHeld()
        if step.isBare {
          let intent = progress.isUndecided(number) ? progress[number] : nil
          try runBare(step, number, intent, writer, position)
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

  private func setLockTimeout(_ timeout: Duration, _ connection: Connection) throws {
    try connection.execute("SET lock_timeout = \(timeout.serverMilliseconds)")
  }

  private func runInTransaction(
    _ step: Step,
    _ number: Int,
    _ writer: LedgerWriter,
    _ position: Int
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
    try statements(writer).run(statement)
    try note(entry.with(.done), number, writer, position)
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
    try writer.connection.execute(RunEnding.reset)
    try indexes.requireNoneNew(run.script, writer.connection)
    try observer?.beforeCommit(run.patch, on: writer.connection)
    try held.lock.requireHeld()
    try writer.connection.transaction {
      try writer.finish(position)
      try acceptEdits(writer)
    }
  }

  /// A file that was corrected on the way is not the one that the event names.
  private func acceptEdits(_ writer: LedgerWriter) throws {
    guard run.kind == .applied, let unfinished, unfinished.identity != run.script.identity,
      held.state.progress[run.patch.version]?.isUntouched == false
    else { return }
    try writer.begin(
      .repaired,
      held.ledgerName(of: run.patch),
      run.script.identity,
      at: held.state.lastPosition + 1,
      isComplete: true
    )
  }
}
