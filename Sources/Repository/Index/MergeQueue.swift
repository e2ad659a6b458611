/// The sources of a merge by the keys of their next entries, the smallest first: a binary heap.
struct MergeQueue {
  private var heap: [(key: CachePage.Key, source: Int)] = []

  /// The source whose next entry is the smallest; nil when all are at their end.
  var first: (key: CachePage.Key, source: Int)? { heap.first }

  /// Adds a source.
  mutating func add(_ key: CachePage.Key, of source: Int) {
    heap.append((key, source))
    var place = heap.count - 1
    while place > 0, heap[place].key < heap[(place - 1) / 2].key {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Goes on with the next entry of the first source, or without it when there is none.
  mutating func replaceFirst(with key: CachePage.Key?) {
    if let key {
      heap[0].key = key
    } else {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
    }
    var place = 0
    while let child = smallestChild(of: place), heap[child].key < heap[place].key {
      heap.swapAt(place, child)
      place = child
    }
  }

  private func smallestChild(of place: Int) -> Int? {
    let (left, right) = (2 * place + 1, 2 * place + 2)
    guard left < heap.count else { return nil }
    return right < heap.count && heap[right].key < heap[left].key ? right : left
  }
}
