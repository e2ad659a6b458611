/// How many rows the next batch has: as many as took the wanted time, found by looking back.
///
/// It grows at most twofold, for a batch that is too large holds its locks too long; it shrinks at
/// once. What counts is the rows that were left, not the width of the key's range.
struct BatchSize: Sendable, Equatable {
  /// The first batch, before anything is known.
  static let first = 100
  /// More rows than this bring nothing: one statement's own cost is long forgotten by then.
  static let largest = 100_000

  /// Rows of the next batch.
  private(set) var rows = first
  /// How long a batch should take, in seconds.
  let target: Double

  init(target: Duration) { self.target = target / .seconds(1) }

  /// Learns from a batch that went through.
  ///
  /// - Parameters:
  ///   - count: Its rows.
  ///   - seconds: How long it took.
  ///   - hindered: Whether somebody waited for its locks.
  ///   - isWhole: Whether it was a batch as it had been meant, and no piece of one that failed: a piece
  ///     lets nothing grow.
  mutating func note(_ count: Int, seconds: Double, hindered: Bool, isWhole: Bool = true) {
    let fitting = seconds > 0 ? Double(count) * target / seconds : .infinity
    let bound = Double(hindered ? max(1, count / 2) : isWhole ? max(rows, count) * 2 : rows)
    rows = Int(max(1, min(fitting, bound, Double(Self.largest))))
  }

  /// Learns that a batch of so many rows was too much at once.
  mutating func halve(from count: Int) { rows = max(1, min(rows, count / 2)) }
}
