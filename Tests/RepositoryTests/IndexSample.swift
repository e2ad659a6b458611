import Bytes
import Cryptography
import Files
import Foundation
import ObjectStore
import TestSupport

@testable import Repository

/// A repository's index over packs that do not exist, and a cache with small bounds.
struct IndexSample {
  let store = MemoryStore()
  let keys: KeyRing
  let binding: RepositoryBinding
  let directory: TemporaryDirectory
  private var random: SeededGenerator

  /// Bounds small enough that some hundred instances make several runs of several pages.
  static let threshold = 150
  static let runLength = 250

  init(seed: UInt64 = 1) throws {
    keys = try KeyRing(RootSecrets.random())
    let format = RepositoryFormat(id: Hex.text(try Randomness.bytes(16)))
    binding = try RepositoryBinding(format: format, bytes: try format.encoded())
    directory = try TemporaryDirectory(prefix: "drydock-index-tests")
    random = SeededGenerator(seed: seed)
  }

  var sealed: SealedObject { SealedObject(keys: keys, binding: binding) }
  var cachePath: String { "\(directory.path)/cache/instances" }

  /// An index as a process finds it when it starts; one without a cache for comparison.
  func index(cached: Bool = true, store other: (any ObjectStore)? = nil) -> InstanceIndex {
    let store = other ?? store
    let cache = IndexCache(
      directory: "\(directory.path)/cache",
      store: store,
      keys: keys,
      binding: binding,
      threshold: Self.threshold,
      runLength: Self.runLength
    )
    return InstanceIndex(store: store, sealed: sealed, cache: cached ? cache : nil)
  }

  mutating func id() -> ChunkID {
    let bytes = (0..<4).flatMap { _ in
      let word = random.next()
      return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    guard let id = ChunkID(bytes) else { preconditionFailure("32 bytes make an id") }
    return id
  }

  /// A pack of some chunks; every fifth instance is a delta on the one before it.
  mutating func pack(of ids: [ChunkID]) -> PackEntry {
    let instances = ids.enumerated().map { number, id in
      let base = number % 5 == 4 && ids[number - 1] != id ? ids[number - 1] : nil
      let instance = Instance(
        id: id,
        base: base,
        generation: 1,
        storedLength: UInt32(random.next() % 1000),
        rawLength: 4000,
        kind: .data,
        codec: base == nil ? .zstd : .zstdWithBase,
        version: base == nil ? 0 : 1
      )
      return (instance: instance, offset: UInt32(8 + 100 * number))
    }
    return PackEntry(id: id(), size: 1_000_000, instances: instances)
  }

  /// Writes one index object over new packs of new chunks, and says what it holds.
  @discardableResult
  mutating func addObject(packs: Int = 2, chunks: Int = 50) throws -> [PackEntry] {
    var entries: [PackEntry] = []
    for _ in 0..<packs {
      let ids = (0..<chunks).map { _ in id() }
      entries.append(pack(of: ids))
    }
    try add(entries)
    return entries
  }

  func add(_ entries: [PackEntry]) throws {
    try InstanceIndex.write(entries, store, sealed)
  }

  /// A place of a chunk, told without a table's own numbers.
  struct Place: Equatable {
    var pack: PackID
    var size: Int
    var offset: Int
    var instance: Instance
  }

  /// What a table says of a chunk.
  static func places(of id: ChunkID, in table: InstanceTable) throws -> [Place] {
    try table.locations(of: id).map { location in
      let pack = table.packs[Int(location.pack)]
      return Place(
        pack: pack.id,
        size: pack.size,
        offset: location.offset,
        instance: location.instance
      )
    }
    .sorted { ($0.pack, $0.offset) < ($1.pack, $1.offset) }
  }
}
