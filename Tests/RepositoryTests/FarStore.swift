import ObjectStore

/// A store behind a network, as far as anybody can tell.
struct FarStore: ObjectStore {
  let base: any ObjectStore
  var location: String { base.location }

  init(_ base: any ObjectStore) { self.base = base }

  func put(_ name: ObjectName, _ bytes: [UInt8]) throws { try base.put(name, bytes) }
  func get(_ name: ObjectName) throws -> [UInt8] { try base.get(name) }
  func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try base.get(name, range: range)
  }
  func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { false }
  func size(of name: ObjectName) throws -> Int { try base.size(of: name) }
  func list(_ directory: String) throws -> [ObjectInfo] { try base.list(directory) }
  func delete(_ name: ObjectName) throws { try base.delete(name) }
}
