internal import Digests
internal import Repository

/// How the rows of one table differ between two snapshots.
public struct TableDifference: Sendable, Equatable {
  /// Rows that only one of two versions has; a row that was updated counts on both sides.
  public struct Rows: Sendable, Equatable {
    /// Rows of the older version that the newer one lacks.
    public var removed = 0
    /// Rows of the newer version that the older one lacks.
    public var added = 0
  }

  /// The table in the older snapshot, if it is there.
  public let old: Manifest.Table?
  /// The table in the newer snapshot, if it is there.
  public let new: Manifest.Table?
  /// Stripes with another content.
  public internal(set) var changedStripes = 0
  /// The rows that differ; nil where nobody asked, and where the columns differ, so that no row has
  /// the text that it had.
  public internal(set) var rows: Rows?

  /// The table's name for a person.
  public var label: String { (new ?? old)?.label ?? "" }

  /// Whether both versions write a row in the same way, so that rows can be compared.
  public var hasSameColumns: Bool {
    guard let old, let new else { return true }
    return old.columns == new.columns
  }

  /// Compares two versions of a table, of which one may be absent.
  ///
  /// Only lists of stripes that differ are opened, and rows only of stripes that differ.
  ///
  /// - Parameters:
  ///   - old: The older version.
  ///   - new: The newer version.
  ///   - countsRows: Whether the rows of changed stripes are read and compared.
  ///   - hasher: Makes the rows' digests.
  ///   - reader: Reads the repository that both are in.
  /// - Throws: What the repository says of a missing or damaged chunk.
  init(
    from old: Manifest.Table?,
    to new: Manifest.Table?,
    countsRows: Bool,
    _ hasher: RowHasher,
    _ reader: ChunkReader
  ) throws {
    self.old = old
    self.new = new
    var total = 0
    try visitChangedStripes(reader) { old, new in
      changedStripes += 1
      total += (old?.rows ?? 0) + (new?.rows ?? 0)
    }
    guard countsRows && hasSameColumns else { return }
    var rows = Rows()
    for part in RowBalance.parts(of: total) {
      var balance = RowBalance(part, hasher)
      try visitChangedStripes(reader) { old, new in
        if let old { try balance.add(old, to: .old, reader) }
        if let new { try balance.add(new, to: .new, reader) }
      }
      let counts = balance.difference()
      rows.removed += counts.removed
      rows.added += counts.added
    }
    self.rows = rows
  }

  private func visitChangedStripes(
    _ reader: ChunkReader,
    _ visit: (_ old: Stripe?, _ new: Stripe?) throws -> Void
  ) throws {
    let (olds, news) = (old?.segments ?? [], new?.segments ?? [])
    for number in 0..<max(olds.count, news.count) {
      let (older, newer) = (olds.at(number), news.at(number))
      if older == newer { continue }
      let (left, right) = (try Self.stripes(older, reader), try Self.stripes(newer, reader))
      for place in 0..<max(left.count, right.count) {
        let (old, new) = (left.at(place), right.at(place))
        if old?.chunks != new?.chunks { try visit(old, new) }
      }
    }
  }

  private static func stripes(_ segment: ChunkID?, _ reader: ChunkReader) throws -> [Stripe] {
    guard let segment else { return [] }
    return try Segment(decoding: try reader.read(segment, kind: .list)).stripes
  }
}

extension Array {
  /// The element at a place, or nil behind the end.
  fileprivate func at(_ place: Int) -> Element? { place < count ? self[place] : nil }
}
