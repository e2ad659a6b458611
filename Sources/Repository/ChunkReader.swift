internal import Compression
internal import ObjectStore
internal import Problems

/// Reads chunks for one thread, each proven by its id.
public final class ChunkReader {
  private let repository: Repository
  private let seal: ChunkSeal
  private let decompressor: Decompressor
  private var table: InstanceTable
  private var plain: [UInt8] = []

  init(_ repository: Repository, table: InstanceTable? = nil) throws {
    self.repository = repository
    seal = try ChunkSeal(keys: repository.keys, binding: repository.binding)
    decompressor = try Decompressor()
    self.table = try table ?? repository.index.table()
  }

  /// The raw bytes of a chunk.
  ///
  /// When the chunk has several instances, a damaged one is passed over for the next.
  ///
  /// - Parameters:
  ///   - id: The chunk's name.
  ///   - kind: What it must hold.
  /// - Returns: The raw bytes.
  /// - Throws: `repository.damaged` with chunk, pack and offset; `repository.missing-chunk`.
  public func read(_ id: ChunkID, kind: ChunkKind = .data) throws -> [UInt8] {
    var locations = try table.locations(of: id)
    if locations.isEmpty {
      table = try repository.index.refreshed()
      locations = try table.locations(of: id)
    }
    var failure: (any Error)?
    for location in locations {
      do {
        return try read(location, kind)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? repository.index.damage ?? Self.missing(id)
  }

  /// Whether the index knows the chunk; its bytes are not looked at.
  public func contains(_ id: ChunkID) throws -> Bool {
    try table.contains(id)
  }

  func read(_ location: InstanceTable.Location, _ kind: ChunkKind) throws -> [UInt8] {
    let instance = location.instance
    let name = Pack.name(table.packs[Int(location.pack)].id)
    let facts = [
      Problem.Fact("chunk", instance.id.description),
      Problem.Fact("offset", String(location.offset)),
    ]
    guard instance.codec != .zstdWithBase else {
      throw RepositoryFormat.tooNew(repository.store.location, ["delta"])
    }
    return try Damage.naming(name, facts) {
      let range = location.offset..<location.offset + instance.length
      let bytes = try repository.store.get(name, range: range)
      return try open(bytes, instance, kind)
    }
  }

  /// Opens, decompresses and proves one instance.
  func open(_ bytes: [UInt8], _ instance: Instance, _ kind: ChunkKind) throws -> [UInt8] {
    plain.removeAll(keepingCapacity: true)
    try seal.open(bytes, as: instance, appendingTo: &plain)
    let plain = plain
    let raw =
      instance.codec == .zstd
      ? try decompressor.decompress(plain.span, rawLength: Int(instance.rawLength)) : plain
    guard instance.kind == kind else { throw Malformed("a chunk is of another kind") }
    guard try seal.id(of: raw.span, kind: kind) == instance.id else {
      throw Malformed("a chunk's content does not match its id")
    }
    return raw
  }

  private static func missing(_ id: ChunkID) -> Problem {
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
