import ObjectStore

/// A store as it would be some days later: what is written from now on has a later time.
///
/// Collection compares the store's clock with this machine's, so both must go on together.
struct LaterStore: ObjectStore {
  let base: any ObjectStore
  /// How much later, in seconds.
  let shift: Int64
  private let earlier: Set<ObjectName>

  init(_ base: any ObjectStore, shift: Int64) throws {
    self.base = base
    self.shift = shift
    earlier = Set(try base.list("").map(\.name))
  }

  var location: String { base.location }
  var parallelPuts: Int { base.parallelPuts }

  func put(_ name: ObjectName, _ bytes: [UInt8]) throws { try base.put(name, bytes) }
  func get(_ name: ObjectName) throws -> [UInt8] { try base.get(name) }
  func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try base.get(name, range: range)
  }
  func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { base.isNear(name, range: range) }
  func size(of name: ObjectName) throws -> Int { try base.size(of: name) }
  func delete(_ name: ObjectName) throws { try base.delete(name) }
  func describe(_ findings: inout StoreFindings) throws { try base.describe(&findings) }

  func list(_ directory: String) throws -> [ObjectInfo] {
    try base.list(directory).map { object in
      var object = object
      if !earlier.contains(object.name) { object.modified += shift }
      return object
    }
  }
}
