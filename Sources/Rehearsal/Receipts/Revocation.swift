internal import Bytes
public import Cryptography
internal import FoundationEssentials

/// A signed word that a receipt must not be used any more.
public struct Revocation: Codable, Sendable, Equatable {
  private struct Envelope: Codable {
    var magic = "drydock revocation"
    var revocation: Revocation
    var publicKey: String
    var signature: String
  }

  /// The receipt.
  public var receipt: String
  /// Why; it is shown to whoever wants to migrate with it.
  public var reason: String
  /// When, in seconds since 1970.
  public var revoked: Int

  /// Makes a revocation, which is worth nothing until it is signed.
  public init(receipt: String, reason: String, revoked: Int) {
    self.receipt = receipt
    self.reason = reason
    self.revoked = revoked
  }

  /// The revocation as it is kept: JSON, signed as receipts are.
  public func signed(with key: Ed25519.PrivateKey) throws -> [UInt8] {
    let message = try message()
    let envelope = Envelope(
      revocation: self,
      publicKey: Hex.text(try key.publicKey()),
      signature: Hex.text(try key.signature(of: message.span))
    )
    return Array(try Self.encoder.encode(envelope))
  }

  /// Reads a revocation; nil where nobody who is trusted has signed it.
  ///
  /// Whoever may write to a store could else stop every migration.
  public init?(decoding bytes: [UInt8], trusting keys: [[UInt8]]) throws {
    guard let envelope = try? JSONDecoder().decode(Envelope.self, from: Data(bytes)),
      envelope.magic == "drydock revocation",
      let key = keys.first(where: { Hex.text($0) == envelope.publicKey })
    else { return nil }
    let message = try envelope.revocation.message()
    let isValid = try Ed25519.isValid(
      Hex.bytes(envelope.signature) ?? [],
      of: message.span,
      publicKey: key
    )
    guard isValid else { return nil }
    self = envelope.revocation
  }

  /// What is signed begins with a word of its own, so that no receipt's signature fits it.
  private func message() throws -> [UInt8] {
    Array("drydock revocation\n".utf8) + Array(try Self.encoder.encode(self))
  }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
