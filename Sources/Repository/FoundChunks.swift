/// Ids that were found in the index before, as many as a fixed memory holds.
///
/// Snapshots of one database ask for the same chunks night after night. What is here needs no second
/// look into a large index; what has been pushed out is looked up again.
struct FoundChunks {
  private typealias Slot = (UInt64, UInt64)
  /// Slots of 16 bytes: 64 MiB, and room for twice the stripes of a terabyte.
  static let usualLimit = 1 << 22
  /// Slots that an id may stand in.
  private static let reach = 8

  // Half of an id, which is a keyed hash: chance never makes two of them equal.
  private var slots: [Slot]

  /// Makes room for a number of ids, or for `limit` when they are more.
  init(for count: Int, limit: Int = usualLimit) {
    var size = Self.reach
    while size < min(count * 2, limit) { size *= 2 }
    slots = Array(repeating: (0, 0), count: size)
  }

  func contains(_ id: ChunkID) -> Bool {
    // That is how an empty slot looks; somebody may have made up such an id.
    if (id.words.0, id.words.1) == (0, 0) { return false }
    return places(of: id).contains { slots[$0] == (id.words.0, id.words.1) }
  }

  /// Remembers an id, in the place of another where all of its places are taken.
  mutating func insert(_ id: ChunkID) {
    let places = places(of: id)
    let free = places.first { slots[$0] == (0, 0) }
    let victim = places.lowerBound + (Int(truncatingIfNeeded: id.words.2) & (Self.reach - 1))
    slots[free ?? victim] = (id.words.0, id.words.1)
  }

  private func places(of id: ChunkID) -> Range<Int> {
    let first = Int(truncatingIfNeeded: id.words.0) & (slots.count - 1) & ~(Self.reach - 1)
    return first..<first + Self.reach
  }
}
