import ObjectStore
import Synchronization

/// A store that remembers what its listings were at any time.
final class PastStore: Sendable {
  private struct Event {
    var time: Int64
    var name: ObjectName
    /// Nil for a deletion.
    var info: ObjectInfo?
  }

  let base: MemoryStore
  private let clock: @Sendable () -> Int64
  private let events = Mutex<[Event]>([])

  init(_ base: MemoryStore, clock: @escaping @Sendable () -> Int64) {
    self.base = base
    self.clock = clock
  }

  func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    try base.put(name, bytes)
    let info = ObjectInfo(name: name, size: bytes.count, modified: clock())
    events.withLock { $0.append(Event(time: clock(), name: name, info: info)) }
  }

  func delete(_ name: ObjectName) throws {
    try base.delete(name)
    events.withLock { $0.append(Event(time: clock(), name: name, info: nil)) }
  }

  /// What a listing showed then, and some objects as they are now.
  func list(_ directory: String, at time: Int64, _ known: Set<ObjectName>) -> [ObjectInfo] {
    var found: [ObjectName: ObjectInfo] = [:]
    events.withLock { events in
      for event in events
      where (event.time <= time || known.contains(event.name))
        && event.name.text.hasPrefix(directory + "/")
      {
        found[event.name] = event.info
      }
    }
    return found.values.sorted { $0.name < $1.name }
  }
}
