internal import Cryptography
internal import Files
internal import ObjectStore
internal import Postgres
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

  /// The keys whose receipts are accepted, with the repository where it had to be opened for them.
  func receiptTrust() async throws -> (keys: [[UInt8]], store: any ObjectStore) {
    if let configured = try configuredReceiptKeys() { return (configured, try store()) }
    let repository = try await openRepository()
    let key = try await Lane("drydock.receipts").run { try repository.receiptKey().publicKey() }
    return ([key], try store())
  }

  /// The receipts that the repository has and somebody wants, newest first.
  ///
  /// Where the configuration lists the accepted keys no key of the repository is needed: receipts
  /// and revocations are signed, not sealed.
  func receiptShelf(
    _ choose: @escaping @Sendable ([ReceiptName]) -> [ReceiptName] = { $0 }
  ) async throws -> ReceiptShelf {
    let (keys, store) = try await receiptTrust()
    return try await Lane("drydock.receipts").run {
      try ReceiptShelf(in: store, trusting: keys, choose)
    }
  }

  /// The receipts whose id begins so; what follows a dot, as in the name of a file, does not matter.
  func receiptShelf(named beginning: String) async throws -> ReceiptShelf {
    let id = ReceiptName(beginning).id
    return try await receiptShelf { names in names.filter { $0.id.hasPrefix(id) } }
  }

  /// A receipt in a file, and the revocations of the repository where one is named.
  func receiptShelf(of path: String) async throws -> ReceiptShelf {
    let configured = try configuredReceiptKeys()
    let lane = Lane("drydock.receipts")
    if let configured, configuration.repository == nil {
      return try await lane.run { try ReceiptShelf(file: path, trusting: configured) }
    }
    let (keys, store) = try await receiptTrust()
    return try await lane.run {
      var shelf = try ReceiptShelf(file: path, trusting: keys)
      try shelf.readRevocations(of: store, trusting: keys)
      return shelf
    }
  }
}
