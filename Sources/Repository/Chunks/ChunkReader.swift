internal import Compression
internal import ObjectStore
internal import Problems

/// Reads chunks for one thread, each proven by its id.
///
/// A delta is opened after its base, which is opened the same way; every chunk on the way is proven
/// too, and at most two of them are in memory beside the cache.
public final class ChunkReader {
  /// Raw bytes to keep where snapshot after snapshot is walked through.
  ///
  /// Their lists are deltas on lists of the snapshots before: of a terabyte, those of the last two
  /// fit, so that most lists cost one frame instead of a whole chain.
  static let historyLimit = 192 << 20

  private let repository: Repository
  private let seal: ChunkSeal
  private let decompressor: Decompressor
  private var table: InstanceTable
  private var cache: RawChunkCache
  /// The plain text of the instance that was opened last: raw bytes or a frame.
  private(set) var plain: [UInt8] = []
  private var packsGone: Set<ObjectName> = []

  /// A reader over a table.
  ///
  /// - Parameters:
  ///   - repository: Where the chunks are.
  ///   - table: The instances that are known; the repository's index when nil.
  ///   - cacheLimit: Raw bytes to keep for the next reads. 0 where no chunk is read twice.
  /// - Throws: What the store throws when the index has to be loaded.
  init(_ repository: Repository, table: InstanceTable? = nil, cacheLimit: Int = 0) throws {
    self.repository = repository
    seal = try ChunkSeal(keys: repository.keys, binding: repository.binding)
    decompressor = try Decompressor()
    self.table = try table ?? repository.index.table()
    cache = RawChunkCache(byteLimit: cacheLimit)
  }

  /// The raw bytes of a chunk.
  ///
  /// When the chunk has several instances, one that is damaged, or whose base is, is passed over
  /// for the next.
  ///
  /// - Parameters:
  ///   - id: The chunk's name.
  ///   - kind: What it must hold.
  /// - Returns: The raw bytes.
  /// - Throws: `repository.damaged` with chunk, pack and offset; `repository.missing-chunk`.
  public func read(_ id: ChunkID, kind: ChunkKind = .data) throws -> [UInt8] {
    if let raw = cache.raw(id, kind) { return raw }
    if try !table.contains(id) { table = try repository.index.refreshed() }
    do {
      return try read(id, kind, below: .max)
    } catch let problem as Problem where problem.code == Damage.code {
      guard try isOutdated(problem) else { throw problem }
      table = try repository.index.refreshed()
      return try read(id, kind, below: .max)
    }
  }

  /// Whether a pack has gone since the table was made: a collector has copied what is live in it.
  ///
  /// True once for each pack, so that a pack that was lost is not looked for again and again.
  private func isOutdated(_ problem: Problem) throws -> Bool {
    let object = problem.facts.first { $0.name == "object" }.flatMap { ObjectName($0.value) }
    guard let object, try !repository.isStored(object) else { return false }
    return packsGone.insert(object).inserted
  }

  /// Whether the index knows the chunk and all that it stands on; its bytes are not looked at.
  public func contains(_ id: ChunkID) throws -> Bool {
    try table.contains(id)
  }

  /// Whether a chunk that the table knows can be had without a network.
  func isNear(_ chain: [InstanceTable.Location]) -> Bool {
    guard let first = chain.first else { return false }
    if cache.contains(first.instance.id) { return true }
    let range = first.offset..<first.offset + first.instance.length
    guard repository.store.isNear(packName(of: first), range: range) else { return false }
    return chain.count == 1 || isNear(Array(chain.dropFirst()))
  }

  /// The instances of a chunk whose bases are all known, the shallowest first.
  func locations(of id: ChunkID) throws -> [InstanceTable.Location] {
    if try !table.contains(id) { table = try repository.index.refreshed() }
    return try table.locations(of: id).filter { try table.chain(under: $0) != nil }
  }

  /// Reads one instance, and all that it stands on.
  func read(_ location: InstanceTable.Location, _ kind: ChunkKind) throws -> [UInt8] {
    let base = try base(of: location.instance)
    let instance = location.instance
    let name = packName(of: location)
    let raw = try Damage.naming(name, Self.facts(of: location)) {
      let range = location.offset..<location.offset + instance.length
      let bytes = try repository.store.get(name, range: range)
      return try open(bytes, instance, kind, base: base)
    }
    cache.keep(raw, instance.id, kind)
    return raw
  }

  /// The stored bytes of one instance, proven to open.
  func provenBytes(of location: InstanceTable.Location) throws -> [UInt8] {
    let instance = location.instance
    let base = try base(of: instance)
    return try Damage.naming(packName(of: location), Self.facts(of: location)) {
      let range = location.offset..<location.offset + instance.length
      let bytes = try repository.store.get(packName(of: location), range: range)
      _ = try open(bytes, instance, instance.kind, base: base)
      return bytes
    }
  }

  /// The raw bytes that an instance stands on; nothing for a full one.
  func base(of instance: Instance) throws -> [UInt8] {
    guard let base = instance.base else { return [] }
    if let raw = cache.raw(base, instance.kind) { return raw }
    return try read(base, instance.kind, below: instance.depth)
  }

  /// Opens, decompresses and proves one instance.
  func open(
    _ bytes: [UInt8],
    _ instance: Instance,
    _ kind: ChunkKind,
    base: [UInt8]
  ) throws -> [UInt8] {
    plain.removeAll(keepingCapacity: true)
    try seal.open(bytes, as: instance, appendingTo: &plain)
    let plain = plain
    let length = Int(instance.rawLength)
    let raw =
      switch instance.codec {
      case .raw: plain
      case .zstd: try decompressor.decompress(plain.span, rawLength: length)
      case .zstdWithBase:
        try decompressor.decompress(plain.span, rawLength: length, prefix: base)
      }
    guard instance.kind == kind else { throw Malformed("a chunk is of another kind") }
    guard try seal.id(of: raw.span, kind: kind) == instance.id else {
      throw Malformed("a chunk's content does not match its id")
    }
    return raw
  }

  /// Tries the instances of a chunk, the shallowest first, until one opens.
  private func read(_ id: ChunkID, _ kind: ChunkKind, below depth: Int) throws -> [UInt8] {
    var failure: (any Error)?
    for location in try table.locations(of: id, below: depth) {
      do {
        return try read(location, kind)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? lacking(id)
  }

  /// What to say of a chunk that the index does not know.
  func lacking(_ id: ChunkID) -> Problem { repository.index.damage ?? Self.missing(id) }

  private func packName(of location: InstanceTable.Location) -> ObjectName {
    Pack.name(table.packs[Int(location.pack)].id)
  }

  private static func facts(of location: InstanceTable.Location) -> [Problem.Fact] {
    [
      .init("chunk", location.instance.id.description),
      .init("offset", String(location.offset)),
    ]
  }

  static func missing(_ id: ChunkID) -> Problem {
    Problem(
      .damaged,
      code: "repository.missing-chunk",
      "a chunk is in no index",
      facts: [.init("chunk", id.description)],
      hint: "Run `drydock check --repair`, which makes the index again from the packs."
    )
  }
}

extension Repository {
  /// A reader for one thread; the index is loaded the first time.
  public func makeReader() throws -> ChunkReader {
    try ChunkReader(self)
  }
}
