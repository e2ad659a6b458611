internal import Postgres
internal import Problems

/// Does batches: sizes them by time, splits one that fails until the failing rows are alone, and
/// waits where others come first.
final class BatchWork {
  /// A statement of one batch is ended after this many times the wanted time, but not before the
  /// floor: a plan that went wrong would hold its locks for hours.
  private static let patience = 30.0

  private(set) var rows: BackfillRows
  let record: BackfillRecord
  let statements: StatementRunner
  private(set) var totals = BackfillTotals()

  private let held: HeldRunner
  private let run: Run
  private let backfill: Backfill
  private let statement: Statement
  private let memory: BackendMemory
  private var throttle: Throttle
  private var size: BatchSize
  private var number: Int
  private var deadCount: Int

  init(
    _ held: HeldRunner,
    _ run: Run,
    _ backfill: Backfill,
    _ statement: Statement,
    _ rows: BackfillRows,
    _ record: BackfillRecord,
    _ observer: (any RunObserver)?
  ) throws {
    let connection = record.connection
    let interruption = held.runner.interruption
    self.held = held
    self.run = run
    self.backfill = backfill
    self.statement = statement
    self.rows = rows
    self.record = record
    statements = StatementRunner(
      connection: connection,
      observer: observer,
      interruption: interruption
    )
    memory = try BackendMemory(of: connection)
    throttle = Throttle(connection, held.runner.options.backfill, interruption)
    size = BatchSize(target: backfill.batchTime)
    number = try record.batchCount()
    deadCount = try record.deadCount()
    self.rows.hasDead = deadCount > 0
    let timeout = run.script.directives.lockTimeout ?? held.runner.options.locks.timeout
    try connection.execute("SET lock_timeout = \(timeout.serverMilliseconds)")
  }

  private var connection: Connection { record.connection }
  private var options: BackfillOptions { held.runner.options.backfill }

  /// The rows of the next batch, waiting for standbys that are behind.
  func next(after cursor: [String]?, through end: [String]) throws -> [[String]] {
    try held.runner.interruption.check()
    try throttle.waitForStandbys()
    return try rows.next(after: cursor, through: end, limit: size.rows)
  }

  /// Does a batch, in one piece or in as many as it takes.
  func run(_ keys: ArraySlice<[String]>) throws {
    let start = ContinuousClock.now
    let waiters = try attemptAll(keys)
    if let waiters {
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      size.note(keys.count, seconds: seconds, hindered: waiters > 0)
      // Those who waited go first, for as long as they had to wait at most.
      if waiters > 0 { try held.runner.interruption.sleep(ContinuousClock.now - start) }
    }
    options.report(.batch(totals))
  }

  /// Tries rows again that failed alone.
  func replay(_ letters: [BackfillRecord.Letter]) throws {
    for letter in letters {
      try held.runner.interruption.check()
      try throttle.waitForStandbys()
      guard try rows.isLeft(letter.key) else {
        try record.resolve(letter.number)
        continue
      }
      try attemptAll([letter.key], resolving: letter.number)
      options.report(.batch(totals))
    }
  }

  /// Closes the letters of rows that were done since, or are gone.
  func settleLetters() throws {
    guard deadCount > 0 else { return }
    for letter in try record.letters(withText: nil) where try !rows.isLeft(letter.key) {
      try record.resolve(letter.number)
    }
  }

  /// Does rows by whatever pieces succeed.
  ///
  /// - Returns: How many sessions waited for the locks of a batch that went through whole; nil for
  ///   one that had to be taken apart, whose time says nothing about the next.
  @discardableResult
  private func attemptAll(
    _ keys: ArraySlice<[String]>,
    attempt: Int = 1,
    resolving letter: Int? = nil
  ) throws -> Int? {
    do {
      return try self.attempt(keys, resolving: letter)
    } catch let failure as BatchFailure {
      switch failure.cause {
      case .rows(let reason) where keys.count == 1: try bury(keys[keys.startIndex], reason)
      case .rows: try split(keys, attempt: 1)
      case .busy:
        size.halve(from: keys.count)
        guard attempt < held.runner.options.locks.attempts else {
          throw BackfillProblem.lockNotFree(failure.error, run.patch, totals)
        }
        try held.runner.interruption.sleep(held.runner.options.locks.pause(after: attempt))
        if keys.count == 1 {
          try attemptAll(keys, attempt: attempt + 1, resolving: letter)
        } else {
          try split(keys, attempt: attempt + 1)
        }
      case .other: throw BackfillProblem.stopped(failure.error, statement, run.patch, totals)
      }
      return nil
    }
  }

  private func split(_ keys: ArraySlice<[String]>, attempt: Int) throws {
    let middle = keys.startIndex + keys.count / 2
    try attemptAll(keys[..<middle], attempt: attempt)
    try attemptAll(keys[middle...])
  }

  /// One transaction: the statement, the look at what it left, the note in the ledger.
  private func attempt(_ keys: ArraySlice<[String]>, resolving letter: Int?) throws -> Int {
    guard let first = keys.first, let last = keys.last else { return 0 }
    try held.lock.requireHeld()
    let limit = backfill.batchTime * Self.patience
    let start = ContinuousClock.now
    let transaction = try OpenTransaction.begin(connection)
    do {
      try connection.execute(
        "SET LOCAL statement_timeout = \(max(limit, .seconds(30)).serverMilliseconds)"
      )
      try statements.run(statement, (first + last).map { .text($0) })
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      guard try rows.stillLeft(of: keys) == 0 else { throw BatchFailure.untouched }
      let waiters = try throttle.waiters()
      let peak = memory.peak
      if let letter {
        try record.resolve(letter)
      } else {
        try record.note(number + 1, keys, seconds: seconds, peakBytes: peak)
      }
      try connection.execute("COMMIT")
      number += letter == nil ? 1 : 0
      totals.add(rows: keys.count, seconds: seconds, peakBytes: peak)
      try throttle.mark()
      return waiters
    } catch {
      transaction.rollBack()
      try held.runner.interruption.check()
      throw BatchFailure.of(error, after: ContinuousClock.now - start, limit: limit) ?? error
    }
  }

  private func bury(_ key: [String], _ reason: RowFailure) throws {
    try record.bury(key, reason)
    deadCount = try record.deadCount()
    rows.hasDead = true
    guard deadCount <= max(options.letterLimit, backfill.toleratedLetters) else {
      throw BackfillProblem.tooManyLetters(deadCount, try record.failures(limit: 3), run.patch)
    }
  }
}
