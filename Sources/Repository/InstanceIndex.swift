internal import Cryptography
internal import ObjectStore
internal import Problems
internal import Synchronization

/// The repository's index in memory, loaded when it is first needed and refreshed on demand.
final class InstanceIndex: Sendable {
  static let directory = "index"
  private static let limit = 64 << 20

  private struct State {
    var table = InstanceTable()
    var loaded: Set<ObjectName> = []
    var damage: Problem?
    var isLoaded = false
  }

  private let store: any ObjectStore
  private let sealed: SealedObject
  private let state = Mutex(State())

  init(store: any ObjectStore, sealed: SealedObject) {
    self.store = store
    self.sealed = sealed
  }

  /// The table as it is known; loads it the first time.
  func table() throws -> InstanceTable {
    try state.withLock { state in
      if !state.isLoaded { try load(&state) }
      return state.table
    }
  }

  /// The table with what other writers have added meanwhile.
  func refreshed() throws -> InstanceTable {
    try state.withLock { state in
      try load(&state)
      return state.table
    }
  }

  /// Why a chunk may be missing from the table: a damaged index object, when there is one.
  var damage: Problem? {
    guard var problem = state.withLock({ $0.damage }) else { return nil }
    problem.hint =
      "Run `drydock check --repair`, which makes the index again from the packs; "
      + "no chunk is lost by this."
    return problem
  }

  private func load(_ state: inout State) throws {
    for object in try store.list(Self.directory) where !state.loaded.contains(object.name) {
      do {
        for entry in try Self.read(object.name, store, sealed) { state.table.add(entry) }
        state.loaded.insert(object.name)
      } catch let problem as Problem where problem.code == Damage.code {
        // Other index objects, or one made again, may name the same packs.
        state.damage = problem
      }
    }
    state.isLoaded = true
  }

  /// Writes one index object over some packs.
  static func write(_ packs: [PackEntry], _ store: any ObjectStore, _ sealed: SealedObject) throws {
    var raw: [UInt8] = []
    raw.append(little: UInt32(packs.count))
    for pack in packs {
      pack.id.append(to: &raw)
      raw.append(little: UInt64(pack.size))
      Pack.appendEntries(pack.instances, to: &raw)
    }
    let name = ObjectName(components: directory, Hex.text(try Randomness.bytes(16)))
    try store.put(name, try sealed.seal(raw, as: .index, name: name))
  }

  /// Reads one index object.
  static func read(
    _ name: ObjectName,
    _ store: any ObjectStore,
    _ sealed: SealedObject
  ) throws -> [PackEntry] {
    let bytes = try store.get(name, limit: limit)
    return try Damage.naming(name) {
      var reader = ByteReader(try sealed.open(bytes, as: .index, name: name))
      var packs: [PackEntry] = []
      for _ in 0..<(try reader.u32()) {
        let id = try PackID(reading: &reader)
        let size = try reader.u64()
        guard size <= UInt64(PackEntry.sizeLimit) else {
          throw Malformed("a pack cannot have \(size) bytes")
        }
        let instances = try Pack.readEntries(&reader)
        packs.append(PackEntry(id: id, size: Int(size), instances: instances))
      }
      try reader.expectEnd()
      return packs
    }
  }
}
