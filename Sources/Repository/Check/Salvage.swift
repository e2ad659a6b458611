internal import Bytes
internal import Cryptography
internal import ObjectStore
internal import Problems

/// Stores again what still opens in packs that are cut or whose directory is damaged.
///
/// Nothing relies on such a pack, since it is not what its name says, yet most of its instances may
/// be whole. An instance is sealed with its header, so one that opens is what its writer wrote, and
/// its bytes can stand in another pack as they are.
struct Salvage {
  private let repository: Repository
  private let table: InstanceTable
  private let seal: ChunkSeal
  private var sink: PackSink
  /// The smallest depth at which each chunk was taken.
  private var taken: [ChunkID: Int] = [:]
  private(set) var packs: [ObjectName] = []
  private(set) var chunks = 0

  /// Prepares the salvage of what the packs of a table no longer give.
  init(_ repository: Repository, _ table: InstanceTable) throws {
    self.repository = repository
    self.table = table
    sink = PackSink(repository)
    seal = try ChunkSeal(keys: repository.keys, binding: repository.binding)
  }

  /// Takes what opens among the instances that an index names.
  mutating func take(_ entry: PackEntry) throws {
    let name = Pack.name(entry.id)
    let bytes = try repository.store.get(name, limit: PackEntry.sizeLimit)
    let before = chunks
    for (instance, offset) in entry.instances {
      _ = try take(instance, at: Int(offset), in: bytes)
    }
    if chunks > before { packs.append(name) }
  }

  /// Takes what opens from the beginning of a pack that no index names, as far as headers follow
  /// each other.
  mutating func take(unindexed name: ObjectName) throws {
    let bytes = try repository.store.get(name, limit: PackEntry.sizeLimit)
    let before = chunks
    var offset = Pack.head.utf8.count
    while offset < bytes.count {
      var reader = ByteReader(bytes, at: offset)
      guard let instance = try? Instance.readHeader(&reader),
        try take(instance, at: offset, in: bytes)
      else { break }
      offset += instance.length
    }
    if chunks > before { packs.append(name) }
  }

  /// Stores what was taken, and an index over it.
  mutating func finish() throws { try sink.finish() }

  /// Takes one instance if it opens and nothing as good is there; whether it opens.
  private mutating func take(
    _ instance: Instance,
    at offset: Int,
    in bytes: [UInt8]
  ) throws -> Bool {
    guard offset + instance.length <= bytes.count else { return false }
    let sealed = Array(bytes[offset..<offset + instance.length])
    do {
      var plain: [UInt8] = []
      try seal.open(sealed, as: instance, appendingTo: &plain)
    } catch is Malformed {
      return false
    } catch CryptographyError.notAuthentic {
      return false
    }
    let known = try table.locations(of: instance.id, below: instance.depth + 1)
    // After a delta whose base may be lost, a form of it that needs less is worth having too.
    guard known.isEmpty, instance.depth < taken[instance.id] ?? .max else { return true }
    taken[instance.id] = instance.depth
    try sink.append(instance, sealed)
    chunks += 1
    return true
  }
}
