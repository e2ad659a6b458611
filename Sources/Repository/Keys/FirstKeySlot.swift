internal import Bytes
internal import Cryptography

/// A key slot of version 1, which is read and no longer written: see docs/format.md.
struct FirstKeySlot: Codable, Equatable {
  var kind: String
  var label: String
  var scrypt: ScryptParameters?
  var secret: String?
  var nonce: String
  var wrapped: String

  /// Whether it opens for everybody.
  var isOpen: Bool { kind == "none" }

  /// The secrets, or nil when this slot belongs to another passphrase.
  func unwrap(_ credential: Credential, _ binding: RepositoryBinding) throws -> RootSecrets? {
    guard let key = try key(credential) else { return nil }
    guard let nonce = Hex.bytes(nonce, count: AESGCM.nonceLength),
      let wrapped = Hex.bytes(wrapped, count: wrapped.utf8.count / 2)
    else { throw Malformed("its nonce or its wrapped keys are not hexadecimal") }
    return try RootSecrets(
      unwrapping: wrapped,
      key: key,
      nonce: nonce,
      additional: Array("drydock/1/slot".utf8) + binding.id + binding.formatHash + Array(kind.utf8)
    )
  }

  private func key(_ credential: Credential) throws -> Secret? {
    if isOpen {
      guard let secret, var bytes = Hex.bytes(secret, count: 32) else {
        throw Malformed("its secret is not valid")
      }
      return try KeyRing.derive(Secret(wiping: &bytes), "drydock/1/slot/none")
    }
    guard case .passphrase(let passphrase) = credential else { return nil }
    guard let scrypt else { throw Malformed("its key derivation is not valid") }
    return try scrypt.root(of: passphrase)
  }
}
