import Files
import Foundation
import ObjectStore

/// A directory in which everything is written some time ago, so that nobody has to wait for the grace
/// period of a collection.
struct BackdatedStore: ObjectStore {
  let base: LocalStore
  /// Seconds.
  let age: Double

  var location: String { base.location }

  func put(_ name: ObjectName, _ bytes: [UInt8]) throws {
    try base.put(name, bytes)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)],
      ofItemAtPath: "\(location)/\(name.text)"
    )
  }

  func get(_ name: ObjectName) throws -> [UInt8] { try base.get(name) }

  func get(_ name: ObjectName, range: Range<Int>) throws -> [UInt8] {
    try base.get(name, range: range)
  }

  func isNear(_ name: ObjectName, range: Range<Int>) -> Bool { base.isNear(name, range: range) }

  func size(of name: ObjectName) throws -> Int { try base.size(of: name) }

  func list(_ directory: String) throws -> [ObjectInfo] { try base.list(directory) }

  func delete(_ name: ObjectName) throws { try base.delete(name) }
}
