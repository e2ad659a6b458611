/// What a run of a backfill may be told.
public struct BackfillOptions: Sendable {
  /// How far a standby may fall behind before the next batch waits for it.
  public var lagLimit: Duration = .seconds(10)
  /// After this time no new batch begins; nil for as long as it takes.
  public var timeLimit: Duration?
  /// Dead letters of one backfill beyond which it stops, since then it is the patch that is wrong.
  public var letterLimit = 1_000
  /// Told after each batch, and while one waits, on the run's own thread.
  public var report: @Sendable (BackfillProgress) -> Void = { _ in }

  /// Options with their defaults.
  public init() {}
}

/// How far a backfill has come.
public enum BackfillProgress: Sendable, Equatable {
  /// A batch was committed.
  case batch(BackfillTotals)
  /// The next batch waits; the text says for what.
  case waiting(String)
}

/// What the batches of a backfill come to.
public struct BackfillTotals: Codable, Sendable, Equatable {
  /// How many batches there were.
  public var batches = 0
  /// How many rows were in them.
  public var rows = 0
  /// How long their statements took together, in seconds.
  public var seconds = 0.0
  /// How long the longest took, in seconds.
  public var longest = 0.0
  /// The most memory that the server's process had of its own, in bytes; nil where that cannot be
  /// seen: the server is on another machine.
  public var peakBytes: Int?

  /// No batch.
  public init() {}

  /// One batch, as an observer saw its statement.
  public init(one outcome: StatementOutcome) {
    add(rows: outcome.affected, seconds: outcome.seconds, peakBytes: nil)
  }

  /// These batches and others.
  public func joined(with others: BackfillTotals?) -> BackfillTotals {
    guard let others else { return self }
    var all = self
    all.batches += others.batches
    all.rows += others.rows
    all.seconds += others.seconds
    all.longest = max(longest, others.longest)
    all.peakBytes = [peakBytes, others.peakBytes].compactMap { $0 }.max()
    return all
  }

  mutating func add(rows: Int, seconds: Double, peakBytes: Int?) {
    batches += 1
    self.rows += rows
    self.seconds += seconds
    longest = max(longest, seconds)
    self.peakBytes = [self.peakBytes, peakBytes].compactMap { $0 }.max()
  }
}
