internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import ObjectStore

/// Takes back the intention of a mark: its packs are not deleted while this object is there.
///
/// They stay no place for a live chunk, since a collector may sleep just before it deletes them.
struct Unmark: Sendable {
  static let directory = "unmarks"
  static let limit = 64 << 10

  /// The content, see docs/format.md.
  struct Content: Codable {
    /// The name of the mark, without its directory.
    var mark: String
    /// When it was taken back, by the clock of whoever did.
    var unmarked: Int
  }

  let object: ObjectName
  let mark: String

  /// Reads an unmark.
  init(_ info: ObjectInfo, in repository: Repository) throws {
    let bytes = try repository.store.get(info.name, limit: Self.limit)
    object = info.name
    mark = try Damage.naming(info.name) {
      try Self.mark(in: repository.sealed.open(bytes, as: .unmark, name: info.name))
    }
  }

  /// The mark that an unmark's content names.
  static func mark(in raw: [UInt8]) throws -> String {
    let mark = try Mark.decode(Content.self, raw).mark
    guard Hex.bytes(mark, count: 16) != nil else { throw Malformed("it names what is no mark") }
    return mark
  }

  /// Takes back a mark.
  static func put(_ mark: ObjectName, in repository: Repository) throws {
    let now = Int(repository.clock().timeIntervalSince1970)
    let content = Content(mark: mark.lastComponent, unmarked: now)
    let name = ObjectName(components: directory, Hex.text(try Randomness.bytes(16)))
    let raw = Array(try JSONEncoder().encode(content))
    try repository.store.put(name, try repository.sealed.seal(raw, as: .unmark, name: name))
  }

  /// All unmarks.
  static func all(in repository: Repository) throws -> [Unmark] {
    try repository.readAll(directory) { try Unmark($0, in: repository) }
  }
}
