internal import Bytes
public import Cryptography

/// What a person or a host has to open a repository with.
public enum Credential: Sendable {
  /// Nothing: opens repositories without encryption only.
  case none
  /// A passphrase.
  case passphrase(Secret)
  /// A key in a file.
  case keyFile(KeyFile)

  /// A passphrase, or nothing.
  public init(passphrase: Secret?) {
    self = passphrase.map { .passphrase($0) } ?? .none
  }

  init(_ encryption: Repository.Encryption) {
    switch encryption {
    case .none: self = .none
    case .passphrase(let passphrase): self = .passphrase(passphrase)
    case .keyFile(let file): self = .keyFile(file)
    }
  }

  /// Whether there is a key at all.
  var isKey: Bool { if case .none = self { false } else { true } }

  /// The kind of slot that it is the key to; nil for a key that opens nothing.
  var kind: KeySlot.Kind? {
    switch self {
    case .none: KeySlot.Kind.none
    case .passphrase: .passphrase
    case .keyFile(let file):
      switch file.purpose {
      case .key: .keyfile
      case .host: .recipient
      case .receipts: nil
      }
    }
  }

  /// Whether it may open what this authority signed: a key file can name the only one.
  func trusts(_ authority: [UInt8]) -> Bool {
    guard case .keyFile(let file) = self, let known = file.authority else { return true }
    return known.bytes == authority
  }

  /// The root of a slot of this credential's kind, or of one that is open to everybody; nil for
  /// other slots.
  func root(of slot: KeySlot) throws -> Secret? {
    if slot.kind == KeySlot.Kind.none {
      guard let text = slot.secret, var bytes = Hex.bytes(text, count: 32) else {
        throw Malformed("its secret is not valid")
      }
      return Secret(wiping: &bytes)
    }
    guard slot.kind == kind else { return nil }
    switch self {
    case .none: return nil
    case .keyFile(let file): return file.secret
    case .passphrase(let passphrase):
      guard let scrypt = slot.scrypt else { throw Malformed("its key derivation is not valid") }
      return try scrypt.root(of: passphrase)
    }
  }
}
