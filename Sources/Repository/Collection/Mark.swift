internal import Bytes
internal import Cryptography
internal import FoundationEssentials
internal import ObjectStore
internal import Problems

/// What collection intends to delete, and when it said so.
///
/// A mark is for good: a pack that was ever under one is never again a place for a live chunk, so
/// that a collector which slept between its decision and its deed can do no harm. What is still
/// needed of such a pack is copied elsewhere first. An unmark only keeps the pack from being deleted.
struct Mark: Sendable {
  static let directory = "marks"
  static let limit = 64 << 20

  /// The content, see docs/format.md.
  struct Content: Codable {
    var host: String
    var process: Int32
    /// When the content was made, by the collector's clock.
    var marked: Int
    /// The packs that are to go.
    var packs: [String]
    /// Whether all of them had gone when the mark was written.
    var isSwept: Bool
  }

  let object: ObjectName
  let packs: [PackID]
  let isSwept: Bool
  /// The moment from which the grace period counts: the later one of the collector's and the
  /// store's, in seconds since 1970.
  let time: Double

  /// Reads a mark.
  init(_ info: ObjectInfo, in repository: Repository) throws {
    let bytes = try repository.store.get(info.name, limit: Self.limit)
    self = try Damage.naming(info.name) {
      let raw = try repository.sealed.open(bytes, as: .mark, name: info.name)
      return try Mark(decoding: raw, of: info)
    }
  }

  /// Reads what a mark holds.
  init(decoding raw: [UInt8], of info: ObjectInfo) throws {
    let content = try Self.decode(Content.self, raw)
    object = info.name
    isSwept = content.isSwept
    time = max(Double(content.marked), Double(info.modified))
    packs = try content.packs.map { text in
      guard let id = PackID(text: text) else { throw Malformed("it names what is no pack") }
      return id
    }
  }

  /// Writes a mark over packs; returns its name.
  @discardableResult
  static func put(
    _ packs: [PackID],
    isSwept: Bool,
    in repository: Repository
  ) throws -> ObjectName {
    let content = Content(
      host: ProcessInfo.processInfo.hostName,
      process: ProcessInfo.processInfo.processIdentifier,
      marked: Int(repository.clock().timeIntervalSince1970),
      packs: packs.map(\.description),
      isSwept: isSwept
    )
    let name = ObjectName(components: directory, Hex.text(try Randomness.bytes(16)))
    let raw = Array(try JSONEncoder().encode(content))
    try repository.store.put(name, try repository.sealed.seal(raw, as: .mark, name: name))
    return name
  }

  /// All marks, those that were swept too.
  static func all(in repository: Repository) throws -> [Mark] {
    do {
      return try repository.readAll(directory) { try Mark($0, in: repository) }
    } catch var problem as Problem where problem.code == Damage.code {
      // No backup is taken before somebody acts, so it must be said how.
      problem.hint =
        "It says which packs are about to be deleted, and nothing may rely on one of those. Get the "
        + "object back from a copy or from the store's own history; or see that no collection runs, "
        + "and delete it in the store: its packs stay until a collection marks them again."
      throw problem
    }
  }

  static func decode<Content: Decodable>(_ type: Content.Type, _ raw: [UInt8]) throws -> Content {
    do {
      return try JSONDecoder().decode(type, from: Data(raw))
    } catch {
      throw Malformed("its content is not what its type says")
    }
  }
}

extension Sequence<Mark> {
  /// The packs that are under any of these marks: no place for a live chunk.
  var condemned: Set<PackID> { reduce(into: []) { $0.formUnion($1.packs) } }
}
