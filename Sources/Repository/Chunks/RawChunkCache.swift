/// The raw bytes of the chunks that were opened last, so that a chunk that is read and then serves
/// as a base is opened once.
///
/// Bounded by bytes and by number; the chunk that was not used for the longest time leaves first.
struct RawChunkCache {
  private struct Entry {
    var kind: ChunkKind
    var raw: [UInt8]
    var lastUse: Int
  }

  private let byteLimit: Int
  // Keeps the search for the oldest entry short where chunks are tiny.
  private let countLimit: Int
  private var entries: [ChunkID: Entry] = [:]
  private var bytes = 0
  private var uses = 0

  init(byteLimit: Int) {
    self.byteLimit = byteLimit
    countLimit = max(256, byteLimit >> 17)
  }

  func contains(_ id: ChunkID) -> Bool { entries[id] != nil }

  mutating func raw(_ id: ChunkID, _ kind: ChunkKind) -> [UInt8]? {
    guard let entry = entries[id], entry.kind == kind else { return nil }
    uses += 1
    entries[id]?.lastUse = uses
    return entry.raw
  }

  /// Keeps proven bytes, unless they are too many for the cache as a whole.
  mutating func keep(_ raw: [UInt8], _ id: ChunkID, _ kind: ChunkKind) {
    guard raw.count <= byteLimit, entries[id] == nil else { return }
    while bytes + raw.count > byteLimit || entries.count >= countLimit { dropOldest() }
    uses += 1
    entries[id] = Entry(kind: kind, raw: raw, lastUse: uses)
    bytes += raw.count
  }

  private mutating func dropOldest() {
    guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
    bytes -= oldest.value.raw.count
    entries[oldest.key] = nil
  }
}
