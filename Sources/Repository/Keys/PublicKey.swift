internal import Bytes
internal import Cryptography
internal import Problems

/// The half of a key that may be given away, as people copy it: `host-`, `receipts-` or
/// `authority-`, 64 digits for the key and 8 that notice a wrong one.
public struct PublicKey: Sendable, Equatable, CustomStringConvertible {
  /// What a public key is for.
  public enum Purpose: String, Sendable, CaseIterable {
    /// A key slot is made for it.
    case host
    /// It verifies receipts.
    case receipts
    /// It verifies what the holders of full keys decide in one repository.
    case authority
  }

  /// What the key is for.
  public let purpose: Purpose
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// The text that people copy.
  public let description: String

  init(purpose: Purpose, bytes: [UInt8]) throws {
    self.purpose = purpose
    self.bytes = bytes
    description = "\(purpose.rawValue)-\(Hex.text(bytes + (try Self.check(purpose, bytes))))"
  }

  /// Reads what a person copied.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - purpose: What the key must be for.
  /// - Throws: A `Problem` of kind `usage` for another text, and for a digit that is wrong.
  public init(_ text: String, for purpose: Purpose) throws {
    let prefix = "\(purpose.rawValue)-"
    guard text.hasPrefix(prefix),
      let all = Hex.bytes(String(text.dropFirst(prefix.count)), count: 36),
      try Self.check(purpose, Array(all.prefix(32))) == Array(all.suffix(4))
    else {
      throw Problem(
        .usage,
        code: "key.not-a-public-key",
        "`\(text)` is not a public key for this use",
        reason: "it must be \(prefix) and 72 digits, the last of which check the others",
        hint: "Copy it again from what `drydock key "
          + "\(purpose == .authority ? "add" : "generate")` printed."
      )
    }
    try self.init(purpose: purpose, bytes: Array(all.prefix(32)))
  }

  private static func check(_ purpose: Purpose, _ bytes: [UInt8]) throws -> [UInt8] {
    Array(try SHA256.hash(Array(purpose.rawValue.utf8) + bytes).prefix(4))
  }
}
