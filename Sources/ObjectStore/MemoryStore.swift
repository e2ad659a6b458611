internal import Synchronization
internal import Problems

/// A store in memory, for tests.
public final class MemoryStore: ObjectStore {
  /// A word for messages.
  public let location = "memory"
  private struct Entry {
    var bytes: [UInt8]
    var modified: Int64
  }

  private let objects: Mutex<[ObjectName: Entry]>
  private let clock: @Sendable () -> Int64

  /// Makes a store.
  ///
  /// - Parameters:
  ///   - objects: What it holds at first: nothing, or a copy of another store's objects.
  ///   - clock: The time that its objects get, in seconds since 1970.
  public init(
    _ objects: [ObjectName: [UInt8]] = [:],
    clock: @escaping @Sendable () -> Int64 = { 0 }
  ) {
    self.objects = Mutex(objects.mapValues { Entry(bytes: $0, modified: clock()) })
    self.clock = clock
  }

  /// All objects: what a crash at this moment would leave behind.
  public var contents: [ObjectName: [UInt8]] { objects.withLock { $0.mapValues(\.bytes) } }

  /// Replaces or removes an object behind everybody's back, as damage does.
  public func damage(_ name: ObjectName, _ change: (inout [UInt8]?) -> Void) {
    let now = clock()
    objects.withLock { objects in
      var bytes = objects[name]?.bytes
      change(&bytes)
      objects[name] = bytes.map { Entry(bytes: $0, modified: objects[name]?.modified ?? now) }
    }
  }

  /// Keeps a new object.
  public func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    let now = clock()
    try objects.withLock { objects in
      guard objects[name] == nil else { throw StoreProblem.exists(name, in: location) }
      objects[name] = Entry(bytes: bytes, modified: now)
    }
  }

  /// The whole object.
  public func get(_ name: ObjectName) throws -> [UInt8] {
    guard let bytes = objects.withLock({ $0[name]?.bytes }) else {
      throw StoreProblem.notFound(name, in: location)
    }
    return bytes
  }

  /// A range of the object.
  public func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    let bytes = try get(name)
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
      throw StoreProblem.short(name, in: location, size: bytes.count, range: range)
    }
    return Array(bytes[range])
  }

  /// Always: memory is near.
  public func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { true }

  /// The object's size.
  public func size(of name: ObjectName) throws -> Int {
    try get(name).count
  }

  /// The objects under a directory of names.
  public func list(_ directory: String) throws -> [ObjectInfo] {
    let prefix = directory.isEmpty ? "" : directory + "/"
    return objects.withLock { objects in
      objects.filter { $0.key.text.hasPrefix(prefix) }
        .map { ObjectInfo(name: $0.key, size: $0.value.bytes.count, modified: $0.value.modified) }
        .sorted { $0.name < $1.name }
    }
  }

  /// Forgets the object.
  public func delete(_ name: ObjectName) throws {
    try objects.withLock { objects in
      guard objects.removeValue(forKey: name) != nil else {
        throw StoreProblem.notFound(name, in: location)
      }
    }
  }
}
