/// Ids that were found in the index before, as many as a fixed memory holds.
///
/// Snapshots of one database ask for the same chunks night after night. What is here needs no second
/// look into a large index; what has been pushed out is looked up again.
struct FoundChunks {
  /// Slots of 32 bytes: 64 MiB, and room for the stripes of a terabyte.
  static let usualLimit = 1 << 21
  /// Slots that an id may stand in.
  private static let reach = 8
  /// How an empty slot looks.
  private static let nobody = ChunkID(exactly: repeatElement(UInt8(0), count: ChunkID.length))

  // Whole ids: half of one is enough against chance, but a host can make up an id that begins like
  // another's, and what counts as found is not looked up again.
  private var slots: [ChunkID]

  /// Makes room for a number of ids, or for `limit` when they are more.
  init(for count: Int, limit: Int = usualLimit) {
    var size = Self.reach
    while size < min(count * 2, limit) { size *= 2 }
    slots = Array(repeating: Self.nobody, count: size)
  }

  func contains(_ id: ChunkID) -> Bool {
    // Somebody may have made up that id, too.
    if id == Self.nobody { return false }
    return places(of: id).contains { slots[$0] == id }
  }

  /// Remembers an id, in the place of another where all of its places are taken.
  mutating func insert(_ id: ChunkID) {
    let places = places(of: id)
    let free = places.first { slots[$0] == Self.nobody }
    let victim = places.lowerBound + (Int(truncatingIfNeeded: id.words.2) & (Self.reach - 1))
    slots[free ?? victim] = id
  }

  private func places(of id: ChunkID) -> Range<Int> {
    let first = Int(truncatingIfNeeded: id.words.0) & (slots.count - 1) & ~(Self.reach - 1)
    return first..<first + Self.reach
  }
}
