internal import Bytes
internal import FoundationEssentials
internal import ObjectStore

/// An object under `keys/`, as far as this program knows it.
enum StoredSlot: Equatable {
  case first(FirstKeySlot, id: String)
  case current(KeySlot)
  /// Of a later version or another kind, so that it is somebody else's business.
  case unknown

  private struct Header: Decodable {
    var magic: String
    var version: Int
    var kind: String
  }

  /// Reads an object's bytes, which must belong to its name.
  init(decoding bytes: [UInt8], name: ObjectName) throws {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    guard let header = try? decoder.decode(Header.self, from: data), header.magic == KeySlot.magic
    else { throw Malformed("it is not a key slot") }
    switch (header.version, KeySlot.Kind(rawValue: header.kind)) {
    case (1, let kind):
      // A slot of the current version that was made to look like an old one has another name.
      guard Hex.bytes(name.lastComponent, count: 16) != nil,
        kind == .passphrase || kind == KeySlot.Kind.none
      else { throw Malformed("no slot of version 1 has this name and kind") }
      self = .first(try Self.decode(decoder, data), id: name.lastComponent)
    case (2, .some):
      let slot: KeySlot = try Self.decode(decoder, data)
      try Self.checkMembers(decoder, data)
      try slot.checkShape()
      guard slot.name == name else { throw Malformed("it belongs to another name") }
      self = .current(slot)
    default: self = .unknown
    }
  }

  /// The names of an object's members, and of those of its `scrypt`.
  private struct Members: Decodable {
    struct Name: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var names: Set<String>

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      names = Set(container.allKeys.map(\.stringValue))
      let scrypt = Name(stringValue: KeySlot.CodingKeys.scrypt.rawValue)
      guard container.contains(scrypt) else { return }
      let inner = try container.nestedContainer(keyedBy: Name.self, forKey: scrypt)
      names.formUnion(inner.allKeys.map { "\(scrypt.stringValue).\($0.stringValue)" })
    }

    static let known = Set(KeySlot.CodingKeys.allCases.map(\.rawValue))
      .union(ScryptParameters.CodingKeys.allCases.map { "scrypt.\($0.rawValue)" })
  }

  /// Refuses members that the signature does not cover.
  private static func checkMembers(_ decoder: JSONDecoder, _ data: Data) throws {
    let members: Members = try decode(decoder, data)
    guard members.names.isSubset(of: Members.known) else {
      throw Malformed("it has a member that no key slot has, and that nobody signed")
    }
  }

  private static func decode<Slot: Decodable>(_ decoder: JSONDecoder, _ data: Data) throws -> Slot {
    do {
      return try decoder.decode(Slot.self, from: data)
    } catch {
      throw Malformed("it is a key slot without some of its members")
    }
  }
}
