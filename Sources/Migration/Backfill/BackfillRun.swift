internal import Postgres
internal import Problems

/// Runs a backfill: pass after pass over the rows that are left, each pass batch by batch, each batch
/// a transaction that also notes it in the ledger.
///
/// Whatever ends a run, the next one goes on after the last batch. No row is done twice: a batch
/// commits only when none of its rows is left any more.
struct BackfillRun {
  /// Passes that find rows again and again mean that somebody still writes them.
  private static let passLimit = 10

  private let held: HeldRunner
  private let run: Run
  private let backfill: Backfill
  private let statement: Statement
  private let observer: (any RunObserver)?
  private let start = ContinuousClock.now

  init(
    _ held: HeldRunner,
    _ run: Run,
    _ backfill: Backfill,
    _ statement: Statement,
    _ observer: (any RunObserver)?
  ) {
    self.held = held
    self.run = run
    self.backfill = backfill
    self.statement = statement
    self.observer = observer
  }

  /// Works off what is left, as far as it may.
  func execute() throws -> PatchOutcome {
    let writer = try open()
    let table = try BackfillTable.read(backfill, run.script.file, writer.connection)
    let event = try OpenEvent(held, run, writer, about: backfill.target) {
      BackfillProblem.otherTarget($0, backfill, run.script.file)
    }
    let indexes = try InvalidIndexes.read(writer.connection)
    try observer?.willBegin(run.patch, on: writer.connection)
    let work = try work(writer.connection, table, event: event.position)
    let isDone = try passes(work)
    try work.settleLetters()
    let isComplete = try isDone && nothingIsLeft(work)
    try requireFewLetters(work, isComplete: isComplete)
    if isComplete { try event.finish(indexes, work.statements, observer) }
    return outcome(work, event.position, isComplete: isComplete)
  }

  /// Tries dead letters again, each row alone, and completes the event when that was all.
  ///
  /// - Parameter text: Only those with this error text; all when nil.
  /// - Returns: What came of it.
  /// - Throws: A `Problem`; what was done before stays done.
  func replay(withText text: String?) throws -> PatchOutcome {
    guard let known = held.state[run.patch.version], let position = known.appliedAt else {
      throw BackfillProblem.notBegun(run.patch)
    }
    let writer = try open()
    let table = try BackfillTable.read(backfill, run.script.file, writer.connection)
    guard known.isUnfinished else {
      try writer.connection.transaction {
        try writer.noteOrigin(of: position, about: backfill.target)
      }
      let work = try work(writer.connection, table, event: position)
      try work.replay(try work.record.letters(withText: text))
      return outcome(work, position, isComplete: try work.record.deadCount() == 0)
    }
    let event = try OpenEvent(held, run, writer, about: backfill.target) {
      BackfillProblem.otherTarget($0, backfill, run.script.file)
    }
    let indexes = try InvalidIndexes.read(writer.connection)
    try observer?.willBegin(run.patch, on: writer.connection)
    let work = try work(writer.connection, table, event: event.position)
    try work.replay(try work.record.letters(withText: text))
    let isComplete =
      try work.record.deadCount() <= backfill.toleratedLetters && work.rows.last() == nil
    if isComplete { try event.finish(indexes, work.statements, observer) }
    return outcome(work, event.position, isComplete: isComplete)
  }

  /// A session in which keys keep their text, and in which no row is hidden from the migrator.
  private func open() throws -> LedgerWriter {
    let connection = try held.connect(run)
    try connection.execute(
      """
      SET extra_float_digits = 3; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres';
      SET row_security = off
      """
    )
    return LedgerWriter(connection: connection, origin: held.runner.options.origin)
  }

  private func work(
    _ connection: Connection,
    _ table: BackfillTable,
    event: Int
  ) throws -> BatchWork {
    try BatchWork(
      held,
      run,
      backfill,
      statement,
      BackfillRows(
        backfill: backfill,
        table: table,
        connection: connection,
        file: run.script.file,
        event: event,
        hasDead: false
      ),
      BackfillRecord(connection: connection, event: event, criteria: criteria),
      observer
    )
  }

  private var criteria: String? {
    backfill.criteria.isEmpty ? nil : backfill.criteria.joined(separator: " AND ")
  }

  /// Goes over the rows until none is left; returns whether it came that far in the time it has.
  private func passes(_ work: BatchWork) throws -> Bool {
    var cursor = try work.record.lastKey()
    for _ in 1...Self.passLimit {
      guard let end = try work.rows.last() else { return true }
      while case let keys = try work.next(after: cursor, through: end), let last = keys.last {
        guard !work.isOverTime else { return false }
        try work.run(keys[...])
        cursor = last
      }
      cursor = nil
    }
    throw BackfillProblem.stillWritten(run.patch, backfill)
  }

  /// Whether nothing is left at all, also of what nobody asked for.
  private func nothingIsLeft(_ work: BatchWork) throws -> Bool {
    guard criteria != nil else { return true }
    return try work.rows.withoutCriteria.last() == nil
  }

  /// A part that was asked for is no success either while more rows are dead than the file allows.
  private func requireFewLetters(_ work: BatchWork, isComplete: Bool) throws {
    let count = try work.record.deadCount()
    guard count <= backfill.toleratedLetters else {
      let failures = try work.record.failures(limit: 3)
      throw BackfillProblem.deadLetters(count, failures, backfill, run, isComplete: isComplete)
    }
  }

  private func outcome(_ work: BatchWork, _ position: Int, isComplete: Bool) -> PatchOutcome {
    PatchOutcome(
      version: run.patch.version,
      name: run.patch.name.stem,
      position: position,
      statements: work.totals.batches,
      attempts: 1,
      seconds: (ContinuousClock.now - start) / .seconds(1),
      isComplete: isComplete,
      backfill: work.totals
    )
  }
}
