internal import Digests
internal import Repository
internal import Snapshot

/// Stores one file of a dump: cut by content, listed in segments.
struct DumpFileWriter {
  private static let level = 3

  private let encoder: ChunkEncoder
  private let tally: ChunkTally
  private var cutter: ContentCutter
  private var stripes: [Stripe] = []
  private var segments: [ChunkID] = []
  private(set) var size = 0

  init(_ encoder: ChunkEncoder, seed: UInt64, _ tally: ChunkTally) {
    self.encoder = encoder
    self.tally = tally
    cutter = ContentCutter(seed: seed)
  }

  /// Takes the next bytes of the file.
  mutating func append(_ bytes: Span<UInt8>) throws {
    size += bytes.count
    var pieces: [Stripe] = []
    let (encoder, tally) = (encoder, tally)
    try cutter.append(bytes) { pieces.append(try Self.store($0, encoder, tally)) }
    try list(pieces)
  }

  /// Ends the file.
  mutating func finish(_ name: String) throws -> Manifest.Dump.File {
    var pieces: [Stripe] = []
    let (encoder, tally) = (encoder, tally)
    try cutter.finish { pieces.append(try Self.store($0, encoder, tally)) }
    try list(pieces)
    try endSegment()
    return Manifest.Dump.File(name: name, size: size, segments: segments)
  }

  /// A piece counts as a stripe without rows, since it has no table.
  private static func store(
    _ piece: Span<UInt8>,
    _ encoder: ChunkEncoder,
    _ tally: ChunkTally
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
