public import Digests
public import Repository

/// Counts the rows that only one of two sets has, by their digests; rows may be there twice.
///
/// Holds 16 bytes for each row. Where the rows are too many for that, each balance takes a part of
/// them, chosen by the digest, so that equal rows are always in the same part.
public struct RowBalance {
  /// Which rows a balance counts: those whose digest leaves `number` divided by `count`.
  public struct Part: Equatable, Sendable {
    let number: UInt64
    let count: UInt64
  }

  /// The two sets.
  public enum Side: Sendable {
    /// The older rows.
    case old
    /// The newer rows.
    case new
  }

  /// Rows in one balance: 128 MiB of digests.
  public static let limit = 8 << 20

  /// The parts in which so many rows are counted.
  public static func parts(of rows: Int, limit: Int = limit) -> [Part] {
    let count = UInt64(max(1, (rows + limit - 1) / limit))
    return (0..<count).map { Part(number: $0, count: count) }
  }

  private let part: Part
  private let hasher: RowHasher
  private var old: [RowDigest] = []
  private var new: [RowDigest] = []

  /// An empty balance of a part.
  public init(_ part: Part, _ hasher: RowHasher) {
    self.part = part
    self.hasher = hasher
  }

  /// Adds the rows of a stripe to one of the sets.
  ///
  /// A digest is that of a row without its newline, as a table's is.
  public mutating func add(_ stripe: Stripe, to side: Side, _ reader: ChunkReader) throws {
    let rows = try StripeReader(stripe, reader: reader)
    for page in 0..<rows.pageCount {
      try rows.rows(ofPage: page) { row in
        add(hasher.digest(of: row.extracting(0..<(row.count - 1))), to: side)
      }
    }
  }

  /// Adds one row, if it belongs to this part.
  public mutating func add(_ row: RowDigest, to side: Side) {
    guard row.high % part.count == part.number else { return }
    switch side {
    case .old: old.append(row)
    case .new: new.append(row)
    }
  }

  /// The rows that only one set has, counted.
  public consuming func difference() -> TableDifference.Rows {
    old.sort(by: Self.isBefore)
    new.sort(by: Self.isBefore)
    var rows = TableDifference.Rows()
    var (left, right) = (0, 0)
    while left < old.count && right < new.count {
      if old[left] == new[right] {
        left += 1
        right += 1
      } else if Self.isBefore(old[left], new[right]) {
        rows.removed += 1
        left += 1
      } else {
        rows.added += 1
        right += 1
      }
    }
    rows.removed += old.count - left
    rows.added += new.count - right
    return rows
  }

  private static func isBefore(_ one: RowDigest, _ other: RowDigest) -> Bool {
    (one.high, one.low) < (other.high, other.low)
  }
}
