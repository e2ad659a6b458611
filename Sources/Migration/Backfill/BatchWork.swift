internal import Postgres
internal import Problems

/// Does batches: sizes them by time, splits one that fails until the failing rows are alone, and
/// waits where others come first.
final class BatchWork {
  /// A statement of one batch is ended after this many times the wanted time, but not before the
  /// least: a plan that went wrong would hold its locks for hours.
  private static let patience = 30.0
  private static let leastPatience = Duration.seconds(30)

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
  /// When no batch begins any more; nil for never.
  private let deadline: ContinuousClock.Instant?

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
    deadline = held.runner.options.backfill.timeLimit.map { .now + $0 }
    let timeout = run.script.directives.lockTimeout ?? held.runner.options.locks.timeout
    try connection.execute("SET lock_timeout = \(timeout.serverMilliseconds)")
  }

  private var connection: Connection { record.connection }
  private var writer: LedgerWriter {
    LedgerWriter(connection: connection, origin: held.runner.options.origin)
  }
  private var options: BackfillOptions { held.runner.options.backfill }

  /// Whether the run has used up the time that it was given.
  var isOverTime: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

  /// The rows of the next batch, waiting for standbys that are behind.
  func next(after cursor: [String]?, through end: [String]) throws -> [[String]] {
    try held.runner.interruption.check()
    try throttle.waitForStandbys(until: deadline)
    let keys = try rows.next(after: cursor, through: end, limit: size.rows)
    // Text that does not read back as the same key would find the same rows for ever.
    guard cursor == nil || keys.last != cursor else {
      throw BackfillProblem.unreadableKey(backfill, run.script.file)
    }
    return keys
  }

  /// Does a batch, in one piece or in as many as it takes.
  func run(_ keys: ArraySlice<[String]>) throws {
    try attemptAll(keys, isWhole: true)
    options.report(.batch(totals))
  }

  /// Tries rows again that failed alone.
  func replay(_ letters: [BackfillRecord.Letter]) throws {
    for letter in letters {
      try held.runner.interruption.check()
      try throttle.waitForStandbys(until: nil)
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
  private func attemptAll(
    _ keys: ArraySlice<[String]>,
    attempt: Int = 1,
    isWhole: Bool = false,
    resolving letter: Int? = nil
  ) throws {
    do {
      return try commit(keys, isWhole: isWhole, resolving: letter)
    } catch let failure as BatchFailure {
      switch failure.cause {
      case .rows(let reason):
        if failure.error.isCancelled { size.halve(from: keys.count) }
        if keys.count == 1 { return try bury(keys[keys.startIndex], reason) }
        try split(keys, attempt: 1)
      case .sparse:
        guard keys.count > 1 else {
          // Its one row is gone since it was looked up.
          if let letter { try record.resolve(letter) }
          return
        }
        try split(keys, attempt: 1)
      case .busy:
        size.halve(from: keys.count)
        guard attempt < held.runner.options.locks.attempts else {
          throw BackfillProblem.lockNotFree(failure.error, run.patch, totals)
        }
        try held.runner.interruption.sleep(held.runner.options.locks.pause(after: attempt))
        guard keys.count == 1 else { return try split(keys, attempt: attempt + 1) }
        try attemptAll(keys, attempt: attempt + 1, resolving: letter)
      case .other: throw BackfillProblem.stopped(failure.error, statement, run.patch, totals)
      }
    }
  }

  private func split(_ keys: ArraySlice<[String]>, attempt: Int) throws {
    let middle = keys.startIndex + keys.count / 2
    try attemptAll(keys[..<middle], attempt: attempt)
    try attemptAll(keys[middle...])
  }

  /// Does rows in one transaction, and learns from it how many the next batch should have.
  private func commit(
    _ keys: ArraySlice<[String]>,
    isWhole: Bool,
    resolving letter: Int?
  ) throws {
    let done = try transact(keys, resolving: letter)
    if letter == nil { number += 1 }
    totals.add(rows: keys.count, seconds: done.seconds, peakBytes: done.peakBytes)
    size.note(keys.count, seconds: done.seconds, hindered: done.waiters > 0, isWhole: isWhole)
    try throttle.mark()
    // Those who waited go first, for as long as they had to wait at most.
    if done.waiters > 0 { try held.runner.interruption.sleep(.seconds(done.seconds)) }
  }

  /// What one transaction took.
  private struct Done {
    var seconds: Double
    var waiters: Int
    var peakBytes: Int?
  }

  /// One transaction: the statement, the look at what it left, the note in the ledger.
  private func transact(_ keys: ArraySlice<[String]>, resolving letter: Int?) throws -> Done {
    guard let first = keys.first, let last = keys.last else {
      preconditionFailure("a batch has rows")
    }
    let limit = max(backfill.batchTime * Self.patience, Self.leastPatience)
    let start = ContinuousClock.now
    let transaction = try OpenTransaction.begin(connection)
    do {
      try connection.execute("SET LOCAL statement_timeout = \(limit.serverMilliseconds)")
      if !run.script.choosesRows, try rows.count(between: first, and: last) != keys.count {
        throw BatchFailure.sparse
      }
      let written = try writer.writes()
      let began = ContinuousClock.now
      try statements.run(statement, (first + last).map { .text($0) })
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      // What waits for COMMIT would write behind the looks that follow.
      try connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
      guard try run.mayTouchLedger || writer.writes() == written else {
        throw BackfillProblem.ledgerTouched(run, totals)
      }
      guard try rows.stillLeft(of: keys) == 0 else { throw BatchFailure.untouched }
      let done = Done(seconds: seconds, waiters: try throttle.waiters(), peakBytes: memory.peak)
      if let letter {
        try record.resolve(letter)
      } else {
        try record.note(number + 1, keys, seconds: seconds, peakBytes: done.peakBytes)
      }
      try held.lock.requireHeld()
      try connection.execute("COMMIT")
      return done
    } catch {
      transaction.rollBack()
      try held.runner.interruption.check()
      throw BatchFailure.of(error, after: ContinuousClock.now - start, limit: limit) ?? error
    }
  }

  private func bury(_ key: [String], _ reason: RowFailure) throws {
    // A letter that was tried again is none more.
    guard try record.bury(key, reason) else { return }
    deadCount += 1
    rows.hasDead = true
    guard deadCount <= max(options.letterLimit, backfill.toleratedLetters) else {
      throw BackfillProblem.tooManyLetters(deadCount, try record.failures(limit: 3), run)
    }
  }
}
