internal import Bytes
public import Cryptography
internal import Problems

/// A random key that lives in a file: the key to a slot, or one that signs receipts.
public struct KeyFile: Sendable {
  /// What a key is for.
  public enum Purpose: String, Sendable, CaseIterable {
    /// Opens a slot of kind `keyfile`, as a passphrase opens its own.
    case key
    /// Opens a slot of kind `recipient`, which is made from the public half alone.
    case host
    /// Signs receipts.
    case receipts

    fileprivate var words: String { self == .key ? "drydock key " : "drydock \(rawValue) key " }
  }

  /// The most bytes of a file.
  public static let limit = 1 << 10

  /// What it is for.
  public let purpose: Purpose
  /// The 32 bytes.
  public let secret: Secret
  /// The authority of the only repository that it opens; nil for one that opens whatever was
  /// sealed for it.
  ///
  /// Whoever can write to a store knows the public half of a host's key, and could make it a slot of
  /// his own, whose backups he could read.
  public private(set) var authority: PublicKey?

  /// Makes a new key.
  public static func generate(for purpose: Purpose) throws -> KeyFile {
    KeyFile(purpose: purpose, secret: try .random())
  }

  private init(purpose: Purpose, secret: Secret) {
    self.purpose = purpose
    self.secret = secret
  }

  /// Reads a file's content.
  ///
  /// Throws a `Problem` of kind `usage` for what is no key file.
  public init(decoding bytes: [UInt8], from path: String) throws {
    let text = String(decoding: bytes.prefix(Self.limit + 1), as: UTF8.self)
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    for purpose in Purpose.allCases where line.hasPrefix(purpose.words) {
      let words = line.dropFirst(purpose.words.count).split(
        separator: " ",
        omittingEmptySubsequences: false
      )
      guard (1...2).contains(words.count), var bytes = Hex.bytes(String(words[0]), count: 32)
      else { break }
      self.init(purpose: purpose, secret: Secret(wiping: &bytes))
      if words.count == 2 { authority = try PublicKey(String(words[1]), for: .authority) }
      return
    }
    throw Problem(
      .usage,
      code: "key.not-a-key-file",
      "\(path) is not a key file",
      reason: "it does not hold one line as `drydock key generate` writes it",
      facts: [.init("file", path)],
      hint: "Make one with `drydock key generate FILE`."
    )
  }

  /// The file's content.
  public func encoded() -> [UInt8] {
    let text = secret.withBytes { bytes in Hex.text(bytes.indices.map { bytes[$0] }) }
    let known = authority.map { " \($0)" } ?? ""
    return Array("\(purpose.words)\(text)\(known)\n".utf8)
  }

  /// The same key, which opens what this authority signed and nothing else.
  ///
  /// Throws `key.no-slot-for` for a key that opens nothing.
  public func trusting(_ authority: PublicKey) throws -> KeyFile {
    guard purpose != .receipts else { throw KeyProblem.opensNothing }
    var file = self
    file.authority = authority
    return file
  }

  /// The public half; nil for a key that has none to give away.
  public func publicKey() throws -> PublicKey? {
    switch purpose {
    case .key: nil
    case .host:
      try PublicKey(purpose: .host, bytes: KeySlot.privateKey(.recipient, secret).publicKey())
    case .receipts:
      try PublicKey(
        purpose: .receipts,
        bytes: Ed25519.PrivateKey(seed: secret).publicKey()
      )
    }
  }
}
