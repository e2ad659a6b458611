/// Offsets of instances in one pack, 4 bytes each: most come many times, from snapshot after snapshot.
struct OffsetSet: Sendable {
  private var sorted: [UInt32] = []
  private var fresh: [UInt32] = []

  var isEmpty: Bool { sorted.isEmpty && fresh.isEmpty }

  /// Adds an offset; that it is there already is found out when there are many.
  mutating func insert(_ offset: Int) {
    let offset = UInt32(offset)
    if fresh.last == offset { return }
    fresh.append(offset)
    if fresh.count >= max(64, sorted.count / 2) { settle() }
  }

  /// Makes searches possible; to be called when all were added.
  mutating func settle() {
    guard !fresh.isEmpty else { return }
    var merged = sorted + fresh
    merged.sort()
    var last: UInt32?
    merged.removeAll { offset in
      defer { last = offset }
      return offset == last
    }
    (sorted, fresh) = (merged, [])
  }

  /// Whether an offset is there; all must be settled.
  func contains(_ offset: UInt32) -> Bool {
    var range = sorted.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if sorted[middle] == offset { return true }
      range = sorted[middle] < offset ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return false
  }
}
