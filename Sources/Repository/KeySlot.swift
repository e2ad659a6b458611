internal import Foundation
internal import ObjectStore

/// One way to the repository's secrets, as one of its revisions says: see docs/format.md.
///
/// The secrets are wrapped for a public key, so whoever adds a generation can wrap it for every
/// slot. Wrapping and unwrapping are in `KeySlot+Wrapping.swift`.
struct KeySlot: Codable, Equatable {
  /// Where the private key comes from.
  enum Kind: String, Codable {
    case none
    case passphrase
    case keyfile
    case recipient
    case removed
  }

  static let directory = "keys"
  static let limit = 64 << 10
  static let labelLimit = 200
  static let lastRevision: UInt32 = 99_999_999
  static let magic = "drydock key slot"

  var magic = KeySlot.magic
  var version = 2
  var id: String
  var revision: UInt32 = 1
  var kind: Kind
  var role: KeyRole
  var label: String
  var created: UInt64
  var generations: [UInt32] = []
  var highest: UInt32 = 0
  var publicKey = ""
  var scrypt: ScryptParameters?
  var secret: String?
  var voucher: String?
  var ephemeral = ""
  var nonce = ""
  var wrapped = ""
  var authority = ""
  var signature = ""
  /// The repository's id and the hash of its `format`, so that a slot which the killed making of
  /// another repository left behind is known from a damaged one.
  var repository: String?
  var formatHash: String?

  /// The object of this revision.
  var name: ObjectName { Self.name(id, revision) }

  static func name(_ id: String, _ revision: UInt32) -> ObjectName {
    let digits = String(revision)
    let zeros = String(repeating: "0", count: 8 - digits.utf8.count)
    return ObjectName(components: directory, "\(id)-\(zeros)\(digits)")
  }

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Refuses lengths that no slot has, before anything is computed from them.
  func checkShape() throws {
    guard Hex.bytes(id, count: 16) != nil, (1...Self.lastRevision).contains(revision),
      label.utf8.count <= Self.labelLimit, generations.count <= Int(UInt16.max)
    else { throw Malformed("its members are not as the format says") }
  }
}
