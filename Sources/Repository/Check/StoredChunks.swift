internal import ObjectStore

/// Which chunks can be read, as a check has found it; for one thread.
///
/// Packs that are missing or cut, and instances whose bytes are damaged, count as not there, and so
/// does all that stands on them.
public final class StoredChunks {
  private let repository: Repository
  private let table: InstanceTable
  private let reader: ChunkReader
  private var found: FoundChunks
  /// Instances that were found with all that they stand on: the chain below them is not walked again.
  private var whole: InstanceMarks

  init(_ repository: Repository, _ table: InstanceTable) throws {
    self.repository = repository
    self.table = table
    reader = try ChunkReader(repository, table: table, cacheLimit: ChunkReader.historyLimit)
    found = FoundChunks(for: table.count)
    whole = InstanceMarks(count: table.count)
  }

  /// Whether a chunk can be read, with all that it stands on.
  public func contains(_ id: ChunkID) throws -> Bool {
    if found.contains(id) { return true }
    guard try isWhole(id, below: .max) else { return false }
    found.insert(id)
    return true
  }

  /// Whether a chunk has an instance of smaller depth that is there with all that it stands on.
  private func isWhole(_ id: ChunkID, below depth: Int) throws -> Bool {
    for location in try table.locations(of: id, below: depth) {
      if whole.contains(location.position) { return true }
      if let base = location.instance.base {
        guard try isWhole(base, below: location.instance.depth) else { continue }
      }
      whole.insert(location.position)
      return true
    }
    return false
  }

  /// The raw bytes of a chunk; a `Problem` of kind `damaged` where it cannot be read.
  public func read(_ id: ChunkID, kind: ChunkKind) throws -> [UInt8] {
    guard try contains(id) else { throw ChunkReader.missing(id) }
    return try reader.read(id, kind: kind)
  }

  /// The packs because of which a chunk cannot be read, by name; none where no index knows it.
  ///
  /// - Parameter id: A chunk that ``contains(_:)`` denies.
  /// - Returns: Names of objects, sorted.
  /// - Throws: What the index throws.
  public func causes(of id: ChunkID) throws -> [String] {
    var packs: Set<String> = []
    try addCauses(of: id, below: .max, to: &packs)
    return packs.sorted()
  }

  private func addCauses(of id: ChunkID, below depth: Int, to packs: inout Set<String>) throws {
    for location in try table.locations(of: id, below: depth, withLost: true) {
      if table.isLost(location) {
        packs.insert(Pack.name(table.packs[Int(location.pack)].id).text)
      } else if let base = location.instance.base {
        try addCauses(of: base, below: location.instance.depth, to: &packs)
      }
    }
  }
}
