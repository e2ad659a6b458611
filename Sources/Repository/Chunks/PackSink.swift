internal import ObjectStore

/// Stores instances in new packs, and then the index over them.
struct PackSink {
  private static let indexLimit = 131_072

  private let repository: Repository
  private var open: PackBuilder?
  private var unindexed: [PackEntry] = []

  init(_ repository: Repository) {
    self.repository = repository
  }

  /// Adds an instance as it is stored.
  mutating func append(_ instance: Instance, _ bytes: [UInt8]) throws {
    if open == nil { open = PackBuilder(reusing: []) }
    open?.append(instance, sealed: bytes)
    if open?.isFull == true { try storePack() }
  }

  /// Stores what is left; only then may anything rely on what was added.
  mutating func finish() throws {
    try storePack()
    try storeIndex()
  }

  private mutating func storePack() throws {
    guard var pack = open else { return }
    open = nil
    let entry = try pack.close(keys: repository.keys, binding: repository.binding)
    try repository.store.put(Pack.name(entry.id), pack.bytes)
    unindexed.append(entry)
    if unindexed.reduce(0, { $0 + $1.instances.count }) >= Self.indexLimit { try storeIndex() }
  }

  private mutating func storeIndex() throws {
    guard !unindexed.isEmpty else { return }
    try InstanceIndex.write(unindexed, repository.store, repository.sealed)
    unindexed.removeAll()
  }
}
