internal import Cryptography
internal import Foundation
internal import ObjectStore
internal import Problems

/// One way to the repository's secrets: the plain object `keys/<id>`, see docs/format.md.
struct KeySlot: Codable {
  struct Scrypt: Codable {
    var n: Int
    var r: Int
    var p: Int
    var salt: String
  }

  static let directory = "keys"
  static let limit = 64 << 10
  private static let magic = "drydock key slot"

  var magic = KeySlot.magic
  var version = 1
  var kind: String
  var label: String
  var scrypt: Scrypt?
  var secret: String?
  var nonce: String
  var wrapped: String

  /// Wraps the secrets with a passphrase, or openly when there is none.
  static func wrapping(
    _ roots: RootSecrets,
    passphrase: Secret?,
    label: String,
    binding: RepositoryBinding
  ) throws -> KeySlot {
    var slot = KeySlot(
      kind: passphrase == nil ? "none" : "passphrase",
      label: label,
      nonce: "",
      wrapped: ""
    )
    if passphrase == nil {
      slot.secret = Hex.text(try Randomness.bytes(32))
    } else {
      let cost = KeyDerivation.ScryptCost.standard
      let salt = Hex.text(try Randomness.bytes(32))
      slot.scrypt = Scrypt(n: cost.n, r: cost.r, p: cost.p, salt: salt)
    }
    let nonce = try Randomness.bytes(AESGCM.nonceLength)
    let key = try slot.slotKey(passphrase)
    var wrapped: [UInt8] = []
    try roots.encoded().withBytes { plain throws in
      try AESGCM().seal(
        plain,
        key: key,
        nonce: nonce.span,
        additional: slot.additional(binding).span,
        appendingTo: &wrapped
      )
    }
    slot.nonce = Hex.text(nonce)
    slot.wrapped = Hex.text(wrapped)
    return slot
  }

  /// The secrets, or nil when this slot belongs to another passphrase.
  func unwrap(passphrase: Secret?, binding: RepositoryBinding) throws -> RootSecrets? {
    guard let nonce = Hex.bytes(nonce, count: AESGCM.nonceLength),
      let wrapped = Hex.bytes(wrapped, count: wrapped.utf8.count / 2)
    else { throw Malformed("its nonce or its wrapped keys are not hexadecimal") }
    let key = try slotKey(passphrase)
    var plain: [UInt8] = []
    do {
      try AESGCM().open(
        wrapped.span,
        key: key,
        nonce: nonce.span,
        additional: additional(binding).span,
        appendingTo: &plain
      )
    } catch CryptographyError.notAuthentic {
      return nil
    }
    defer { plain.withSpanWiped() }
    return try RootSecrets(decoding: plain)
  }

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  static func decode(_ bytes: [UInt8]) throws -> KeySlot {
    guard let slot = try? JSONDecoder().decode(KeySlot.self, from: Data(bytes)),
      slot.magic == magic
    else { throw Malformed("it is not a key slot") }
    return slot
  }

  /// Whether this program knows how to open slots of this kind.
  var isKnown: Bool { version == 1 && (kind == "none" || kind == "passphrase") }

  private func slotKey(_ passphrase: Secret?) throws -> Secret {
    if kind == "none" {
      guard let secret, var bytes = Hex.bytes(secret, count: 32) else {
        throw Malformed("its secret is not valid")
      }
      return try KeyRing.derive(Secret(wiping: &bytes), "drydock/1/slot/none")
    }
    guard let passphrase, let scrypt, let salt = Hex.bytes(scrypt.salt, count: 32) else {
      throw Malformed("its key derivation is not valid")
    }
    return try KeyDerivation.scrypt(passphrase, salt: salt, cost: try scrypt.boundedCost())
  }

  private func additional(_ binding: RepositoryBinding) -> [UInt8] {
    Array("drydock/1/slot".utf8) + binding.id + binding.formatHash + Array(kind.utf8)
  }
}

extension KeySlot.Scrypt {
  /// The cost, if it is one that a slot may ask for: a hostile slot must not take all memory.
  fileprivate func boundedCost() throws -> KeyDerivation.ScryptCost {
    guard (1024...1 << 22).contains(n), n.nonzeroBitCount == 1, (1...32).contains(r),
      (1...16).contains(p), 128 * n * r <= 1 << 30
    else { throw Malformed("its key derivation asks for too much or too little work") }
    return KeyDerivation.ScryptCost(n: n, r: r, p: p)
  }
}

extension [UInt8] {
  /// Overwrites secrets that had to pass through an array.
  fileprivate mutating func withSpanWiped() {
    _ = Secret(wiping: &self)
  }
}
