/// Counts what a copy would have to store, without reading any chunk's bytes.
public struct MissingChunks {
  private let source: InstanceTable
  private let target: InstanceTable
  private var counted: Set<ChunkID> = []

  /// Compares two repositories as they are now.
  ///
  /// - Throws: What their stores throw.
  public init(in target: Repository, of source: Repository) throws {
    self.source = try source.index.refreshed()
    var table = try target.index.refreshed()
    table.disregardPacks(notIn: try Pack.sizes(in: target.store))
    self.target = table
  }

  /// Everything is missing from a repository that does not exist yet.
  public init(of source: Repository) throws {
    self.source = try source.index.refreshed()
    target = InstanceTable()
  }

  /// What a chunk adds to the copy, with all that it stands on; nothing when it was counted before.
  public mutating func add(_ id: ChunkID) throws -> CopiedChunks {
    var missing = CopiedChunks()
    guard try !target.contains(id), !counted.contains(id) else { return missing }
    for location in try source.chain(of: id) ?? [] {
      let instance = location.instance
      guard try !target.contains(instance.id), counted.insert(instance.id).inserted else { break }
      missing.add(CopiedChunks(count: 1, bytes: instance.length))
    }
    return missing
  }
}
