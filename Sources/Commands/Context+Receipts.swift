internal import Cryptography
internal import Problems
internal import Rehearsal
internal import Repository

/// Who signs receipts here, and whose are accepted: docs/decisions/0012.
extension Context {
  /// The key that signs receipts: the configured one, or the repository's own.
  func receiptSigner(_ repository: Repository) throws -> Ed25519.PrivateKey {
    guard let path = configuration.receiptKey else { return try repository.receiptKey() }
    let file = try Self.keyFile(path)
    guard file.purpose == .receipts else {
      throw Problem(
        .usage,
        code: "key.not-for-receipts",
        "the key in \(path) does not sign receipts",
        hint: "Make one with `drydock key generate --receipts FILE`."
      )
    }
    return try Ed25519.PrivateKey(seed: file.secret)
  }

  /// The keys whose receipts are accepted, as far as the configuration says; nil leaves the
  /// repository's own.
  func configuredReceiptKeys() throws -> [[UInt8]]? {
    try configuration.receiptKeys.map { texts in
      try texts.map { try PublicKey($0, for: .receipts).bytes }
    }
  }
}
