internal import Bytes
internal import Cryptography

/// How a slot is sealed for its holder, and opened.
extension KeySlot {
  static func privateKey(_ kind: Kind, _ root: Secret) throws -> X25519.PrivateKey {
    try X25519.PrivateKey(try KeyRing.derive(root, "drydock/2/slot/\(kind.rawValue)"))
  }

  /// The key that signs slots, which whoever holds the store secret has.
  static func authority(_ roots: RootSecrets) throws -> Ed25519.PrivateKey {
    guard let store = roots.store else { throw KeyProblem.needsFullKey("a change of key slots") }
    return try Ed25519.PrivateKey(seed: try KeyRing.derive(store, "drydock/1/authority"))
  }

  /// This revision with secrets wrapped for its public key, signed.
  ///
  /// - Parameters:
  ///   - roots: What the slot gets.
  ///   - authority: The repository's.
  ///   - binding: The repository.
  /// - Returns: A slot that can be stored.
  /// - Throws: `Malformed` for a public key that is none.
  func sealing(
    _ roots: RootSecrets,
    _ authority: Ed25519.PrivateKey,
    _ binding: RepositoryBinding
  ) throws -> KeySlot {
    var slot = self
    let own = roots.isFull ? roots.generations : roots.hostGenerations
    slot.generations = own.keys.sorted()
    slot.highest = roots.highest
    slot.bind(to: binding, try authority.publicKey())
    let once = try X25519.PrivateKey.generate()
    let ephemeral = try once.publicKey()
    let nonce = try Randomness.bytes(AESGCM.nonceLength)
    let receiver = try Self.bytes(slot.publicKey, 32, "public key")
    let wrapped = try roots.wrapped(
      key: try Self.wrappingKey(try once.agreement(with: receiver), ephemeral, receiver),
      nonce: nonce,
      additional: try slot.head() + ephemeral
    )
    slot.ephemeral = Hex.text(ephemeral)
    slot.nonce = Hex.text(nonce)
    slot.wrapped = Hex.text(wrapped)
    return try slot.signed(authority)
  }

  /// The revision that ends the slot, signed.
  func removal(
    _ revision: UInt32,
    _ authority: Ed25519.PrivateKey,
    _ binding: RepositoryBinding
  ) throws -> KeySlot {
    var slot = KeySlot(
      id: id,
      revision: revision,
      kind: .removed,
      role: role,
      label: label,
      created: created
    )
    // What was lost with it, where nobody else had it, is written down for good.
    (slot.generations, slot.highest) = (generations, highest)
    slot.bind(to: binding, try authority.publicKey())
    return try slot.signed(authority)
  }

  /// The slot with the voucher that only a holder of its root can make.
  func vouched(_ root: Secret, _ authority: [UInt8], _ binding: RepositoryBinding) throws -> KeySlot
  {
    var slot = self
    slot.publicKey = Hex.text(try Self.privateKey(kind, root).publicKey())
    slot.voucher = Hex.text(try Self.voucher(root, authority, binding))
    return slot
  }

  /// The secrets, proven to be wrapped by the repository's authority; nil when the root is that of
  /// another slot.
  func unwrap(_ root: Secret, _ binding: RepositoryBinding) throws -> RootSecrets? {
    let key = try Self.privateKey(kind, root)
    let receiver = try key.publicKey()
    guard Hex.text(receiver) == publicKey else {
      // Everybody has the root of an open slot, so another public key is no other person's.
      if kind == .none { throw Malformed("its public key does not belong to its secret") }
      return nil
    }
    let authority = try Self.bytes(authority, 32, "authority")
    if kind != .recipient {
      let given = try Self.bytes(voucher ?? "", 32, "voucher")
      guard given == (try Self.voucher(root, authority, binding)) else {
        throw Malformed("it is signed by an authority that the holder of its key never met")
      }
    }
    guard isOf(binding), try isSigned(by: authority) else {
      throw Malformed("its signature is not valid")
    }
    let ephemeral = try Self.bytes(ephemeral, 32, "ephemeral key")
    let roots = try RootSecrets(
      unwrapping: try Self.bytes(wrapped, wrapped.utf8.count / 2, "wrapped keys"),
      key: try Self.wrappingKey(try key.agreement(with: ephemeral), ephemeral, receiver),
      nonce: try Self.bytes(nonce, AESGCM.nonceLength, "nonce"),
      additional: try head() + ephemeral
    )
    guard let roots else { throw Malformed("its wrapped keys were changed") }
    guard roots.isFull == (role == .full) else { throw Malformed("its role is not what it holds") }
    if roots.isFull, try Self.authority(roots).publicKey() != authority {
      throw Malformed("its authority is not the repository's")
    }
    return roots
  }

  private static func voucher(
    _ root: Secret,
    _ authority: [UInt8],
    _ binding: RepositoryBinding
  ) throws -> [UInt8] {
    let key = try HMACKey(try KeyRing.derive(root, "drydock/2/slot/voucher"))
    let message = binding.id + binding.formatHash + authority
    return try key.code(of: message.span)
  }

  private static func wrappingKey(
    _ shared: Secret,
    _ ephemeral: [UInt8],
    _ receiver: [UInt8]
  ) throws -> Secret {
    try KeyDerivation.hkdf(
      shared,
      salt: ephemeral + receiver,
      info: Array("drydock/2/slot/wrap".utf8)
    )
  }
}
