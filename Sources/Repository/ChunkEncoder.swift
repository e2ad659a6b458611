internal import Compression
internal import Problems

/// What became of one chunk.
public struct WrittenChunk: Sendable, Equatable {
  /// The chunk's name.
  public var id: ChunkID
  /// Bytes before compression.
  public var rawLength: Int
  /// Bytes that this write added to the repository; 0 when the chunk was known.
  public var storedLength: Int
  /// Whether this write stored the chunk.
  public var isNew: Bool
}

/// Writes chunks for one thread: its contexts and buffers are reused from chunk to chunk.
///
/// hash -> known? -> compress -> decompress and compare -> seal -> append to the open pack.
public final class ChunkEncoder {
  private let writer: SnapshotWriter
  private let seal: ChunkSeal
  private let compressor: Compressor
  private let decompressor: Decompressor
  private var frame: [UInt8] = []
  private var sealed: [UInt8] = []

  init(_ writer: SnapshotWriter) throws {
    self.writer = writer
    seal = try ChunkSeal(keys: writer.repository.keys, binding: writer.repository.binding)
    compressor = try Compressor()
    decompressor = try Decompressor()
  }

  /// Stores a chunk, unless the repository has it already.
  ///
  /// - Parameters:
  ///   - raw: The chunk's bytes, at most 16 MiB.
  ///   - kind: What it holds.
  ///   - level: The zstd level; 0 stores the bytes as they are.
  /// - Returns: What became of the chunk.
  /// - Throws: `repository.chunk-too-large`, or what kept an earlier chunk or pack from being
  ///   stored: after a failure the whole writer refuses to go on.
  public func write(
    _ raw: Span<UInt8>,
    kind: ChunkKind = .data,
    level: Int = 3
  ) throws -> WrittenChunk {
    guard raw.count <= Instance.rawLimit else {
      throw Problem(
        code: "repository.chunk-too-large",
        "a chunk of \(raw.count) bytes is larger than the \(Instance.rawLimit) that fit"
      )
    }
    let id = try seal.id(of: raw, kind: kind)
    guard try writer.claim(id) else {
      return WrittenChunk(id: id, rawLength: raw.count, storedLength: 0, isNew: false)
    }
    do {
      let instance = try store(raw, id, kind, level)
      return WrittenChunk(
        id: id,
        rawLength: raw.count,
        storedLength: instance.length,
        isNew: true
      )
    } catch {
      writer.fail(error)
      throw error
    }
  }

  private func store(
    _ raw: Span<UInt8>,
    _ id: ChunkID,
    _ kind: ChunkKind,
    _ level: Int
  ) throws -> Instance {
    let isCompressed = try compress(raw, level)
    let instance = Instance(
      id: id,
      base: nil,
      generation: writer.repository.keys.currentGeneration,
      storedLength: UInt32(isCompressed ? frame.count : raw.count),
      rawLength: UInt32(raw.count),
      kind: kind,
      codec: isCompressed ? .zstd : .raw,
      version: 0
    )
    sealed.removeAll(keepingCapacity: true)
    if isCompressed {
      let frame = frame
      try seal.seal(frame.span, as: instance, appendingTo: &sealed)
    } else {
      try seal.seal(raw, as: instance, appendingTo: &sealed)
    }
    try writer.append(instance, sealed: sealed)
    return instance
  }

  /// Fills `frame`, and says whether it is worth storing; a frame that does not open is an error.
  private func compress(_ raw: Span<UInt8>, _ level: Int) throws -> Bool {
    guard level > 0 else { return false }
    frame.removeAll(keepingCapacity: true)
    try compressor.compress(raw, level: level, appendingTo: &frame)
    guard frame.count < raw.count else { return false }
    let frame = frame
    guard try decompressor.reproduces(raw, from: frame.span) else {
      throw Problem(
        .damaged,
        code: "repository.compression-wrong",
        "a chunk did not decompress to what was compressed",
        reason: "the memory or the processor of this machine, or its zstd library, is faulty",
        hint: "Nothing was committed. Test this machine's memory before the next backup."
      )
    }
    return true
  }
}
