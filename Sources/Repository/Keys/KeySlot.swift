internal import Bytes
internal import FoundationEssentials
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
  var repository = ""
  var formatHash = ""
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

  /// All members; one that is not here is refused, since no signature would cover it.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case magic, version, repository, formatHash, id, revision, kind, role, label, created
    case generations, highest, publicKey, scrypt, secret, voucher, ephemeral, nonce, wrapped
    case authority, signature
  }

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

  /// Refuses what no slot has, before anything is computed from it.
  ///
  /// Which members there are goes by the kind, so that the signature need not tell an absent one
  /// from one of zeros.
  func checkShape() throws {
    let isLive = kind != .removed
    guard Hex.bytes(id, count: 16) != nil, (1...Self.lastRevision).contains(revision),
      label.utf8.count <= Self.labelLimit, generations.count <= Int(UInt16.max),
      (scrypt != nil) == (kind == .passphrase), (secret != nil) == (kind == Kind.none),
      (voucher != nil) == (isLive && kind != .recipient),
      [publicKey, ephemeral, nonce, wrapped].allSatisfy({ $0.isEmpty != isLive })
    else { throw Malformed("its members are not as the format says") }
    try scrypt?.checkCost()
  }
}
