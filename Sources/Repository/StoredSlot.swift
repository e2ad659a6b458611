internal import Foundation
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
    case (1, .passphrase?), (1, KeySlot.Kind.none?):
      self = .first(try Self.decode(decoder, data), id: name.lastComponent)
    case (2, .some):
      let slot: KeySlot = try Self.decode(decoder, data)
      try slot.checkShape()
      guard slot.name == name else { throw Malformed("it belongs to another name") }
      self = .current(slot)
    default: self = .unknown
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
