internal import Bytes
internal import Cryptography

/// How a key slot's root comes from a passphrase, as a slot stores it.
struct ScryptParameters: Codable, Hashable {
  var n: Int
  var r: Int
  var p: Int
  var salt: String

  /// What a new slot uses.
  static func fresh() throws -> ScryptParameters {
    let cost = KeyDerivation.ScryptCost.standard
    return ScryptParameters(
      n: cost.n,
      r: cost.r,
      p: cost.p,
      salt: Hex.text(try Randomness.bytes(32))
    )
  }

  /// The most memory that a slot may ask for, in bytes: eight times what a new one does.
  static let memoryLimit = 256 << 20

  /// All members; one that is not here is refused, since no signature would cover it.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case n, r, p, salt
  }

  /// The root that belongs to a passphrase.
  func root(of passphrase: Secret) throws -> Secret {
    try checkCost()
    guard let salt = Hex.bytes(salt, count: 32) else {
      throw Malformed("its key derivation is not valid")
    }
    let cost = KeyDerivation.ScryptCost(n: n, r: r, p: p)
    return try KeyDerivation.scrypt(passphrase, salt: salt, cost: cost)
  }

  /// Refuses a cost that no slot may ask for: a hostile one must take neither all memory nor hours.
  func checkCost() throws {
    guard (1 << 10...1 << 20).contains(n), n.nonzeroBitCount == 1, (1...32).contains(r),
      (1...16).contains(p), 128 * n * r <= Self.memoryLimit
    else { throw Malformed("its key derivation asks for too much or too little work") }
  }
}
