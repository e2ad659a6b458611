internal import Problems

/// Copies chunks of one repository into a new snapshot of another, for one thread.
///
/// Both share their identity, so a chunk has the same id in both. It is opened and proven with the
/// keys of the one, and sealed again with those of the other, in the form that it has: a delta
/// stays a delta, and what it stands on comes along. So a copy takes as much space as its original,
/// and nothing is compressed again.
public final class ChunkCopier {
  /// Raw bytes that the reader keeps, since a base is copied just before its delta is opened.
  private static let cacheLimit = 32 << 20
  private static let level = 3

  private let source: ChunkReader
  private let writer: SnapshotWriter
  private let encoder: ChunkEncoder

  /// Makes a copier.
  ///
  /// - Parameters:
  ///   - source: Where the chunks are; it shares its identity with the writer's repository.
  ///   - writer: The snapshot that is to hold them.
  /// - Throws: What the source's store throws when its index has to be loaded.
  public init(from source: Repository, to writer: SnapshotWriter) throws {
    self.source = try ChunkReader(source, cacheLimit: Self.cacheLimit)
    self.writer = writer
    encoder = try writer.makeEncoder()
  }

  /// Stores a chunk and all that it stands on, as far as the target does not have them.
  ///
  /// - Parameters:
  ///   - id: The chunk's name.
  ///   - kind: What it holds.
  /// - Returns: What was stored.
  /// - Throws: `repository.damaged` or `repository.missing-chunk` where the source does not give
  ///   it, or what kept an earlier chunk or pack from being stored: after a failure the whole
  ///   writer refuses to go on.
  public func copy(_ id: ChunkID, kind: ChunkKind) throws -> CopiedChunks {
    guard try writer.claim(id) else { return CopiedChunks() }
    do {
      return try copyClaimed(id, kind)
    } catch {
      writer.fail(error)
      throw error
    }
  }

  /// Tries the instances of a chunk, the shallowest first, until one opens.
  private func copyClaimed(_ id: ChunkID, _ kind: ChunkKind) throws -> CopiedChunks {
    var copied = CopiedChunks()
    var failure: (any Error)?
    for location in try source.locations(of: id) {
      do {
        // Before the delta, whose opening needs the base's bytes too: they are at hand then.
        let keepsForm = try copyBase(of: location.instance, &copied)
        let raw = try source.read(location, kind)
        copied.add(try store(raw, location.instance, keepsForm))
        return copied
      } catch let problem as Problem where problem.kind == .damaged {
        failure = failure ?? problem
      }
    }
    throw failure ?? source.lacking(id)
  }

  /// Copies what an instance stands on, and says whether it can be a delta in the target.
  private func copyBase(
    of instance: Instance,
    _ copied: inout CopiedChunks
  ) throws -> Bool {
    guard let base = instance.base else { return true }
    guard writer.repository.format.allowsDeltas else { return false }
    copied.add(try copy(base, kind: instance.kind))
    // What the target had before may have another depth there, on which no delta of this one's may
    // stand. What is copied now is no deeper than in the source.
    guard try writer.known.contains(base) else { return true }
    return try writer.known.chain(of: base, below: instance.depth) != nil
  }

  private func store(
    _ raw: [UInt8],
    _ instance: Instance,
    _ keepsForm: Bool
  ) throws -> Instance {
    guard keepsForm else {
      return try encoder.store(raw.span, instance.id, instance.kind, Self.level)
    }
    var copy = instance
    copy.generation = writer.repository.keys.currentGeneration
    // The same bytes that gave `raw` when they were opened, and `raw` has given the chunk's id.
    let plain = source.plain
    return try encoder.append(plain.span, copy)
  }
}

/// What a copier stored.
public struct CopiedChunks: Sendable, Equatable {
  /// Chunks, with those that others stand on.
  public var count = 0
  /// Bytes in the target's packs.
  public var bytes = 0

  /// Nothing, or a number of chunks with their bytes.
  public init(count: Int = 0, bytes: Int = 0) {
    self.count = count
    self.bytes = bytes
  }

  /// Adds what another copier stored.
  public mutating func add(_ other: CopiedChunks) {
    count += other.count
    bytes += other.bytes
  }

  fileprivate mutating func add(_ instance: Instance) {
    count += 1
    bytes += instance.length
  }
}
