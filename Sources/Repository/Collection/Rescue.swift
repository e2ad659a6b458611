/// Copies chunks out of marked packs, each instance as it is stored and proven to open.
struct Rescue {
  private struct Source: Hashable {
    var pack: UInt32
    var offset: Int
  }

  private let places: Places
  private let reader: ChunkReader
  private var copied: Set<Source> = []

  /// A rescue out of the packs that are marked in these places.
  init(_ repository: Repository, _ places: Places) throws {
    self.places = places
    reader = try ChunkReader(repository, table: places.stored, cacheLimit: 8 << 20)
  }

  /// How many instances were copied.
  var count: Int { copied.count }

  /// Copies what a chunk stands on, then its own instance.
  ///
  /// - Parameters:
  ///   - id: The chunk.
  ///   - append: Gets each instance with its bytes.
  /// - Throws: `repository.damaged` where one does not open: damage must not look like health by
  ///   being written anew.
  mutating func copy(_ id: ChunkID, to append: (Instance, [UInt8]) throws -> Void) throws {
    try copy(places.stored.chain(of: id) ?? [], to: append)
  }

  /// Copies a chain that was chosen, what a chunk stands on before its own instance.
  mutating func copy(
    _ chain: [InstanceTable.Location],
    to append: (Instance, [UInt8]) throws -> Void
  ) throws {
    for location in chain.reversed() {
      let pack = places.stored.packs[Int(location.pack)].id
      guard places.condemned.contains(pack) else { continue }
      let source = Source(pack: location.pack, offset: location.offset)
      guard copied.insert(source).inserted else { continue }
      try append(location.instance, try reader.provenBytes(of: location))
    }
  }
}
