internal import Bytes
internal import Digests
internal import Repository

/// How the data of two snapshots of one repository differ.
public struct SnapshotDifference: Sendable {
  /// A value that both, or only one of them, have.
  public struct Value: Sendable, Equatable {
    /// What has it.
    public let label: String
    /// The older one.
    public let old: Int?
    /// The newer one.
    public let new: Int?
  }

  /// Tables whose rows differ, by name.
  public let tables: [TableDifference]
  /// Tables that have the same rows in both.
  public let equalTables: Int
  /// Sequences whose last value differs, by name.
  public let sequences: [Value]
  /// Large objects whose content, owner, rights or comment differ, with their sizes, by oid.
  public let largeObjects: [Value]

  /// Compares two snapshots.
  ///
  /// What both share is not read: a terabyte of which a few stripes changed takes seconds.
  ///
  /// - Parameters:
  ///   - old: The older snapshot.
  ///   - new: The newer one, of the same repository.
  ///   - countsRows: Whether the rows of changed stripes are read and compared.
  ///   - note: Told the name of each table before it is compared.
  /// - Throws: What the repository says of a missing or damaged chunk.
  public init(
    from old: SnapshotContent,
    to new: SnapshotContent,
    countsRows: Bool,
    note: (String) -> Void = { _ in }
  ) throws {
    let reader = try new.repository.makeReader()
    let hasher = RowHasher(seed: new.repository.digestSeed)
    var tables: [TableDifference] = []
    var equalTables = 0
    let tablePairs = Self.pairs(old.manifest.tables, new.manifest.tables) {
      Self.key($0.schema, $0.name)
    }
    for (old, new) in tablePairs {
      note((new ?? old)?.label ?? "")
      if let old, let new, Self.haveSameRows(old, new) {
        equalTables += 1
      } else {
        tables.append(try .init(from: old, to: new, countsRows: countsRows, hasher, reader))
      }
    }
    self.tables = tables
    self.equalTables = equalTables
    sequences = Self.pairs(old.manifest.sequences, new.manifest.sequences) {
      Self.key($0.schema, $0.name)
    }.filter { $0?.lastValue != $1?.lastValue || $0?.isCalled != $1?.isCalled }
      .map { Value(label: ($1 ?? $0)?.label ?? "", old: $0?.lastValue, new: $1?.lastValue) }
    largeObjects = try Self.largeObjects(old, new, reader)
  }

  /// Whether nothing differs.
  public var isEmpty: Bool { tables.isEmpty && sequences.isEmpty && largeObjects.isEmpty }

  /// The digest is a sum over the rows, wherever they stand; without a row there is no text either.
  private static func haveSameRows(_ old: Manifest.Table, _ new: Manifest.Table) -> Bool {
    old.rows == new.rows && old.bytes == new.bytes && old.digest == new.digest
      && old.columns == new.columns
  }

  private static func largeObjects(
    _ old: SnapshotContent,
    _ new: SnapshotContent,
    _ reader: ChunkReader
  ) throws -> [Value] {
    guard old.manifest.largeObjects != new.manifest.largeObjects else { return [] }
    return pairs(try old.largeObjects(reader), try new.largeObjects(reader), by: \.oid)
      .filter { $0 != $1 }
      .map { Value(label: String(($1 ?? $0)?.oid ?? 0), old: $0?.size, new: $1?.size) }
  }

  /// A name apart from every other: no name holds a zero byte, and any may hold a dot.
  private static func key(_ schema: String, _ name: String) -> ExactText {
    ExactText("\(schema)\0\(name)")
  }

  /// Items of two lists side by side, in the order of their names.
  private static func pairs<Item, Name: Hashable & Comparable>(
    _ olds: [Item],
    _ news: [Item],
    by name: (Item) -> Name
  ) -> [(old: Item?, new: Item?)] {
    let old = Dictionary(olds.map { (name($0), $0) }) { $1 }
    let new = Dictionary(news.map { (name($0), $0) }) { $1 }
    return Set(old.keys).union(new.keys).sorted().map { (old: old[$0], new: new[$0]) }
  }
}
