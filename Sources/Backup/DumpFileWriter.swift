internal import Digests
internal import Repository
internal import Snapshot

/// Stores one file of a dump: cut by content, listed in segments.
struct DumpFileWriter {
  /// What storing has cost until now.
  struct Tally {
    var newChunks = 0
    var knownChunks = 0
    var bytesStored = 0

    mutating func add(_ chunk: WrittenChunk) {
      if chunk.isNew { newChunks += 1 } else { knownChunks += 1 }
      bytesStored += chunk.storedLength
    }
  }

  private static let level = 3

  private let encoder: ChunkEncoder
  private var cutter: ContentCutter
  private var stripes: [Stripe] = []
  private var segments: [ChunkID] = []
  private(set) var size = 0
  private(set) var tally = Tally()

  init(_ encoder: ChunkEncoder, seed: UInt64) {
    self.encoder = encoder
    cutter = ContentCutter(seed: seed)
  }

  /// Takes the next bytes of the file.
  mutating func append(_ bytes: Span<UInt8>) throws {
    size += bytes.count
    var pieces: [Stripe] = []
    var tally = tally
    let encoder = encoder
    try cutter.append(bytes) { pieces.append(try Self.store($0, encoder, &tally)) }
    self.tally = tally
    try list(pieces)
  }

  /// Ends the file.
  mutating func finish(_ name: String) throws -> Manifest.Dump.File {
    var pieces: [Stripe] = []
    var tally = tally
    let encoder = encoder
    try cutter.finish { pieces.append(try Self.store($0, encoder, &tally)) }
    self.tally = tally
    try list(pieces)
    try endSegment()
    return Manifest.Dump.File(name: name, size: size, segments: segments)
  }

  /// A piece counts as a stripe without rows, since it has no table.
  private static func store(
    _ piece: Span<UInt8>,
    _ encoder: ChunkEncoder,
    _ tally: inout Tally
  ) throws -> Stripe {
    let chunk = try encoder.write(piece, kind: .data, level: level)
    tally.add(chunk)
    return Stripe(chunks: [chunk.id], rows: 0, bytes: piece.count, digest: .init())
  }

  private mutating func list(_ pieces: [Stripe]) throws {
    for piece in pieces {
      stripes.append(piece)
      if stripes.count == Segment.capacity { try endSegment() }
    }
  }

  private mutating func endSegment() throws {
    guard !stripes.isEmpty else { return }
    let bytes = Segment(stripes: stripes).encoded()
    let chunk = try encoder.write(bytes.span, kind: .list, level: Self.level)
    tally.add(chunk)
    segments.append(chunk.id)
    stripes.removeAll(keepingCapacity: true)
  }
}
