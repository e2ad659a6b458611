internal import Bytes
internal import Cryptography

/// How slots begin.
extension KeySlot {
  /// The slot that a repository is made with.
  static func first(
    _ credential: Credential,
    label: String,
    created: UInt64,
    _ roots: RootSecrets,
    _ binding: RepositoryBinding
  ) throws -> KeySlot {
    let authority = try authority(roots)
    let slot = try own(
      of: credential,
      id: Hex.text(try Randomness.bytes(16)),
      label: label,
      created: created,
      authority: try authority.publicKey(),
      binding
    )
    return try slot.sealing(roots, authority, binding)
  }

  /// A slot for somebody whose credential is at hand, not yet sealed.
  ///
  /// Throws `key.no-slot-for` for a key that opens no slots.
  static func own(
    of credential: Credential,
    id: String,
    role: KeyRole = .full,
    label: String,
    created: UInt64,
    authority: [UInt8],
    _ binding: RepositoryBinding
  ) throws -> KeySlot {
    guard let kind = credential.kind else { throw KeyProblem.opensNothing }
    var slot = KeySlot(id: id, kind: kind, role: role, label: label, created: created)
    switch credential {
    case .passphrase: slot.scrypt = try .fresh()
    case .none: slot.secret = Hex.text(try Randomness.bytes(32))
    case .keyFile(let file):
      guard kind != .recipient else {
        // Without a voucher, as for everybody who knows the public half only.
        slot.publicKey = Hex.text(try privateKey(kind, file.secret).publicKey())
        return slot
      }
    }
    guard let root = try credential.root(of: slot) else { throw KeyProblem.opensNothing }
    return try slot.vouched(root, authority, binding)
  }
}
