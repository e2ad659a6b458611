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

  /// The root that belongs to a passphrase.
  func root(of passphrase: Secret) throws -> Secret {
    guard let salt = Hex.bytes(salt, count: 32) else {
      throw Malformed("its key derivation is not valid")
    }
    return try KeyDerivation.scrypt(passphrase, salt: salt, cost: try boundedCost())
  }

  /// The cost, if it is one that a slot may ask for: a hostile slot must not take all memory.
  private func boundedCost() throws -> KeyDerivation.ScryptCost {
    guard (1024...1 << 22).contains(n), n.nonzeroBitCount == 1, (1...32).contains(r),
      (1...16).contains(p), 128 * n * r <= 1 << 30
    else { throw Malformed("its key derivation asks for too much or too little work") }
    return KeyDerivation.ScryptCost(n: n, r: r, p: p)
  }
}
