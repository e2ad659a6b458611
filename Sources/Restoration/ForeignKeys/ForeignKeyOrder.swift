/// An order in which each table stands behind those that it refers to.
struct ForeignKeyOrder {
  /// The tables in that order, without those of the circle; otherwise as they were given.
  let sorted: [Int]
  /// The tables for which there is no such order.
  let circle: Set<Int>

  /// Sorts by references, given as pairs of who refers and who is referred to (Kahn, 1962).
  init(_ tables: [Int], _ references: [(referring: Int, referred: Int)]) {
    var waiting = references.reduce(into: [Int: Set<Int>]()) {
      $0[$1.referring, default: []].insert($1.referred)
    }
    var sorted: [Int] = []
    var left = tables
    while true {
      let free = left.filter { waiting[$0, default: []].isEmpty }
      guard !free.isEmpty else { break }
      sorted += free
      let done = Set(free)
      left.removeAll(where: done.contains)
      for table in left { waiting[table]?.subtract(done) }
    }
    self.sorted = sorted
    circle = Set(left)
  }
}
