private import Synchronization

/// Items that any worker can take, each once.
final class WorkQueue<Item: Sendable>: Sendable {
  private let items: [Item]
  private let position = Mutex(0)

  init(_ items: [Item]) { self.items = items }

  /// The next item, nil when none is left.
  func next() -> Item? {
    position.withLock { position in
      guard position < items.count else { return nil }
      defer { position += 1 }
      return items[position]
    }
  }
}
