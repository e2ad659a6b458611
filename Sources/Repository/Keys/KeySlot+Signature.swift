internal import Bytes
internal import Cryptography

/// What the repository's authority says with its signature: every member of the slot.
extension KeySlot {
  /// Whether the authority signed this revision, for whatever repository it names.
  func isSigned(by authority: [UInt8]) throws -> Bool {
    guard Hex.text(authority) == self.authority else { return false }
    let message = try statement()
    let signature = try Self.bytes(signature, 64, "signature")
    return try Ed25519.isValid(signature, of: message.span, publicKey: authority)
  }

  /// Whether its members are still those that were signed, by whomever it names as the authority.
  ///
  /// Everybody can see that, without a key.
  func isIntact() throws -> Bool {
    try isSigned(by: try Self.bytes(authority, 32, "authority"))
  }

  /// Whether it says of itself that it belongs to the repository.
  func isOf(_ binding: RepositoryBinding) -> Bool {
    repository == Hex.text(binding.id) && formatHash == Hex.text(binding.formatHash)
  }

  /// Whether another repository's authority signed it: the killed making of one in this place left
  /// it behind, and it opens nothing here.
  func isForeign(to binding: RepositoryBinding) throws -> Bool {
    guard repository != Hex.text(binding.id) else { return false }
    return try isIntact()
  }

  /// Says to whom it belongs, before anything is computed from it.
  mutating func bind(to binding: RepositoryBinding, _ authority: [UInt8]) {
    repository = Hex.text(binding.id)
    formatHash = Hex.text(binding.formatHash)
    self.authority = Hex.text(authority)
  }

  func signed(_ authority: Ed25519.PrivateKey) throws -> KeySlot {
    var slot = self
    let message = try statement()
    slot.signature = Hex.text(try authority.signature(of: message.span))
    return slot
  }

  /// What the signature is over.
  private func statement() throws -> [UInt8] {
    guard kind != .removed else { return try head() }
    return try head() + Self.bytes(ephemeral, 32, "ephemeral key")
      + Self.bytes(nonce, AESGCM.nonceLength, "nonce")
      + Self.bytes(wrapped, wrapped.utf8.count / 2, "wrapped keys")
  }

  /// All members but the wrapped secrets; docs/format.md gives the order.
  func head() throws -> [UInt8] {
    var head = Array("drydock/2/slot".utf8)
    head += try Self.bytes(repository, 16, "repository")
    head += try Self.bytes(formatHash, 32, "format hash")
    head += try Self.bytes(id, 16, "id")
    head.append(littleEndian: revision)
    head.append(littleEndian: created)
    head.append(littleEndian: highest)
    head.append(littleEndian: UInt16(generations.count))
    for generation in generations { head.append(littleEndian: generation) }
    for text in [kind.rawValue, role.rawValue, label] {
      head.append(UInt8(text.utf8.count))
      head += Array(text.utf8)
    }
    try scrypt?.checkCost()
    for cost in [scrypt?.n, scrypt?.r, scrypt?.p] { head.append(littleEndian: UInt32(cost ?? 0)) }
    head += try Self.optional(scrypt?.salt, "salt")
    head += try Self.optional(secret, "secret")
    head += try Self.optional(voucher, "voucher")
    head += try Self.optional(publicKey.isEmpty ? nil : publicKey, "public key")
    return head + (try Self.bytes(authority, 32, "authority"))
  }

  /// A member of 32 bytes; zeros where the kind of slot has none.
  private static func optional(_ text: String?, _ what: String) throws -> [UInt8] {
    guard let text else { return [UInt8](repeating: 0, count: 32) }
    return try bytes(text, 32, what)
  }

  static func bytes(_ text: String, _ count: Int, _ what: String) throws -> [UInt8] {
    guard let bytes = Hex.bytes(text, count: count) else {
      throw Malformed("its \(what) is not hexadecimal of the right length")
    }
    return bytes
  }
}
