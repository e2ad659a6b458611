internal import Bytes
public import Cryptography
internal import FoundationEssentials
internal import Problems

/// A receipt with the signature that makes it worth something.
public struct SignedReceipt: Sendable {
  private struct Envelope: Codable {
    var magic = "drydock receipt"
    var receipt: Receipt
    var publicKey: String
    var signature: String
  }

  /// What it says.
  public let receipt: Receipt
  /// Who signed it: an Ed25519 public key, in hexadecimal.
  public let publicKey: String
  private let signature: String

  /// Signs a receipt (Ed25519, RFC 8032, over the canonical JSON).
  public init(signing receipt: Receipt, with key: Ed25519.PrivateKey) throws {
    self.receipt = receipt
    publicKey = Hex.text(try key.publicKey())
    let message = try receipt.canonical()
    signature = Hex.text(try key.signature(of: message.span))
  }

  /// Reads a receipt and checks its signature against the keys that are trusted.
  ///
  /// Throws a `Problem` of kind `refused` for one that was altered or that nobody trusted signed.
  public init(decoding bytes: [UInt8], trusting keys: [[UInt8]]) throws {
    guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(bytes)),
      envelope.magic == "drydock receipt", envelope.receipt.version == Receipt.currentVersion
    else {
      throw Self.problem(
        "it is not a receipt of a version that this program knows",
        Self.foreignCode
      )
    }
    guard let key = keys.first(where: { Hex.text($0) == envelope.publicKey }) else {
      throw Self.problem("it is signed with a key that is not trusted here", Self.untrustedCode)
    }
    let message = try envelope.receipt.canonical()
    let isValid = try Ed25519.isValid(
      Hex.bytes(envelope.signature) ?? [],
      of: message.span,
      publicKey: key
    )
    guard isValid else { throw Self.problem("its signature does not fit: it was altered") }
    receipt = envelope.receipt
    publicKey = envelope.publicKey
    self.signature = envelope.signature
  }

  /// The receipt as it is kept and passed on: JSON.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(
      try encoder.encode(Envelope(receipt: receipt, publicKey: publicKey, signature: signature))
    )
  }

  /// Code of "signed with a key that is not trusted here".
  private static let untrustedCode = "receipt.untrusted"

  /// Code of "not a receipt of a version that this program knows".
  private static let foreignCode = "receipt.foreign"

  static func problem(_ reason: String, _ code: String = "receipt.invalid") -> Problem {
    Problem(
      .refused,
      code: code,
      "the receipt is not accepted",
      reason: reason,
      hint: "Rehearse again: drydock rehearse."
    )
  }
}
