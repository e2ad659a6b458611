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
  /// Whether this write stored it as a difference from an older chunk.
  public var isDelta: Bool
}

/// Writes chunks for one thread: its contexts and buffers are reused from chunk to chunk.
///
/// hash -> known? -> delta or full frame -> decompress and compare -> seal -> append to the open
/// pack.
public final class ChunkEncoder {
  /// Raw bytes that the reader keeps: about 64 stripes.
  private static let cacheLimit = 8 << 20

  /// Reads chunks of earlier snapshots.
  ///
  /// What it has read and still remembers need not be opened again when it is the base of a delta;
  /// so whoever splices a stripe reads the parent's here.
  public let reader: ChunkReader

  private let writer: SnapshotWriter
  private let deltas: DeltaEncoder
  private let seal: ChunkSeal
  private let compressor: Compressor
  private let decompressor: Decompressor
  private var frame: [UInt8] = []
  private var sealed: [UInt8] = []

  init(_ writer: SnapshotWriter) throws {
    self.writer = writer
    reader = try ChunkReader(
      writer.repository,
      table: writer.known,
      cacheLimit: Self.cacheLimit
    )
    compressor = try Compressor()
    deltas = DeltaEncoder(writer, reader, compressor)
    seal = try ChunkSeal(keys: writer.repository.keys, binding: writer.repository.binding)
    decompressor = try Decompressor()
  }

  /// Stores a chunk, unless the repository has it already.
  ///
  /// - Parameters:
  ///   - raw: The chunk's bytes, at most 16 MiB.
  ///   - kind: What it holds.
  ///   - level: The zstd level; 0 stores the bytes as they are, except in a delta.
  ///   - parent: The chunk of the same place in the parent snapshot, from which this one probably
  ///     differs little: it may be stored as a delta then.
  /// - Returns: What became of the chunk.
  /// - Throws: `repository.chunk-too-large`, or what kept an earlier chunk or pack from being
  ///   stored: after a failure the whole writer refuses to go on. A base that cannot be read is no
  ///   failure: the chunk is stored whole, and the writer has a notice.
  public func write(
    _ raw: Span<UInt8>,
    kind: ChunkKind = .data,
    level: Int = 3,
    after parent: ChunkID? = nil
  ) throws -> WrittenChunk {
    guard raw.count <= Instance.rawLimit else {
      throw Problem(
        code: "repository.chunk-too-large",
        "a chunk of \(raw.count) bytes is larger than the \(Instance.rawLimit) that fit"
      )
    }
    let id = try seal.id(of: raw, kind: kind)
    var written = WrittenChunk(
      id: id,
      rawLength: raw.count,
      storedLength: 0,
      isNew: false,
      isDelta: false
    )
    guard try writer.claim(id) else { return written }
    do {
      let instance = try store(raw, id, kind, level, after: parent)
      written.storedLength = instance.length
      written.isNew = true
      written.isDelta = instance.base != nil
      return written
    } catch {
      writer.fail(error)
      throw error
    }
  }

  /// Stores a chunk that the caller has claimed, full or as a delta.
  func store(
    _ raw: Span<UInt8>,
    _ id: ChunkID,
    _ kind: ChunkKind,
    _ level: Int,
    after parent: ChunkID? = nil
  ) throws -> Instance {
    var instance = Instance(
      id: id,
      base: nil,
      generation: writer.repository.keys.currentGeneration,
      storedLength: UInt32(raw.count),
      rawLength: UInt32(raw.count),
      kind: kind,
      codec: .raw,
      version: 0
    )
    let delta = try parent.flatMap {
      try deltas.delta(of: raw, kind: kind, level: level, after: $0)
    }
    if let delta, delta.isClearlyWorthIt { return try store(delta, raw, &instance) }
    let isCompressed = try compress(raw, level)
    if let delta {
      let isWorthIt = delta.isWorthIt(besides: isCompressed ? frame.count : raw.count)
      if isWorthIt { return try store(delta, raw, &instance) }
      deltas.patience.note(isWorthIt: false)
    }
    guard isCompressed else { return try append(raw, instance) }
    let frame = frame
    try prove(raw, frame)
    instance.codec = .zstd
    instance.storedLength = UInt32(frame.count)
    return try append(frame.span, instance)
  }

  private func store(
    _ delta: Delta,
    _ raw: Span<UInt8>,
    _ instance: inout Instance
  ) throws -> Instance {
    try prove(raw, delta.frame, prefix: delta.prefix)
    deltas.patience.note(isWorthIt: true)
    instance.base = delta.base
    instance.version = delta.version
    instance.codec = .zstdWithBase
    instance.storedLength = UInt32(delta.frame.count)
    return try append(delta.frame.span, instance)
  }

  /// Seals a form of a chunk whose bytes were proven, and puts it into the open pack.
  func append(_ plain: Span<UInt8>, _ instance: Instance) throws -> Instance {
    sealed.removeAll(keepingCapacity: true)
    try seal.seal(plain, as: instance, appendingTo: &sealed)
    try writer.append(instance, sealed: sealed)
    return instance
  }

  /// Fills `frame`, and says whether it is worth storing.
  private func compress(_ raw: Span<UInt8>, _ level: Int) throws -> Bool {
    guard level > 0 else { return false }
    frame.removeAll(keepingCapacity: true)
    try compressor.compress(raw, level: level, appendingTo: &frame)
    return frame.count < raw.count
  }

  /// A frame that does not give back what went in is never stored.
  private func prove(_ raw: Span<UInt8>, _ frame: [UInt8], prefix: [UInt8] = []) throws {
    guard try decompressor.reproduces(raw, from: frame.span, prefix: prefix) else {
      throw Problem(
        .damaged,
        code: "repository.compression-wrong",
        "a chunk did not decompress to what was compressed",
        reason: "the memory or the processor of this machine, or its zstd library, is faulty",
        hint: "Nothing was committed. Test this machine's memory before the next backup."
      )
    }
  }
}
