package import FoundationEssentials
internal import Compression
internal import ObjectStore

/// Writes a history for `simulate`: years of it in minutes, since nothing is looked up or proven.
///
/// What it writes is what a ``SnapshotWriter`` would have written, if the caller says the truth: that
/// each chunk is new, and what the chunk stands on. No backup may use it, hence no other module of
/// the house does. For one thread; several may write at once.
package struct UnprovenWriter {
  private let repository: Repository
  private let seal: ChunkSeal
  private let compressor: Compressor
  private var sink: PackSink

  /// A writer into a repository that nobody collects meanwhile, since it takes no lease.
  package init(_ repository: Repository) throws {
    self.repository = repository
    seal = try ChunkSeal(keys: repository.keys, binding: repository.binding)
    compressor = try Compressor()
    sink = PackSink(repository)
  }

  /// Stores a new chunk.
  ///
  /// - Parameters:
  ///   - raw: Its bytes.
  ///   - kind: What it holds.
  ///   - version: Its place in its chain, see docs/format.md; 0 for one that is stored whole.
  ///   - base: The raw bytes of the version on which it stands; not looked at for version 0.
  /// - Returns: Its name.
  /// - Throws: What zstd or the store throws.
  package mutating func write(
    _ raw: [UInt8],
    kind: ChunkKind,
    version: Int,
    base: [UInt8]
  ) throws -> ChunkID {
    let isDelta = version > 0
    var frame: [UInt8] = []
    let prefix = isDelta ? base : []
    _ = try compressor.compress(raw.span, level: 1, prefix: prefix, appendingTo: &frame)
    let isRaw = !isDelta && frame.count >= raw.count
    let plain = isRaw ? raw : frame
    let instance = Instance(
      id: try seal.id(of: raw.span, kind: kind),
      base: isDelta ? try seal.id(of: base.span, kind: kind) : nil,
      generation: repository.keys.currentGeneration,
      storedLength: UInt32(plain.count),
      rawLength: UInt32(raw.count),
      kind: kind,
      codec: isDelta ? .zstdWithBase : isRaw ? .raw : .zstd,
      version: UInt8(version)
    )
    var sealed: [UInt8] = []
    try seal.seal(plain.span, as: instance, appendingTo: &sealed)
    try sink.append(instance, sealed)
    return instance.id
  }

  /// Stores the open pack and the index over what was written since the last call, as the end of a
  /// night does.
  package mutating func finish() throws { try sink.finish() }

  /// Stores a manifest; all that it needs was finished before.
  package func commit(_ manifest: [UInt8], at time: Date) throws -> SnapshotName {
    let name = try SnapshotName(at: time)
    let sealed = try repository.sealed.seal(manifest, as: .manifest, name: name.object)
    try repository.store.put(name.object, sealed)
    return name
  }
}
