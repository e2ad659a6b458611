internal import Cryptography
internal import ObjectStore

/// The word of who holds a full key, over what only he may decide: marks and unmarks, and which
/// snapshots `forget` has to leave alone.
///
/// Everybody who opens the repository can read and verify them, for every writer has to keep away
/// from marked packs; a host whose slot has the role `write` cannot make one.
struct Custody {
  static let signatureLength = 64

  let keys: KeyRing
  let binding: RepositoryBinding

  /// A content with its signature behind it.
  func signed(_ raw: [UInt8], _ kind: SealedObject.Kind, _ name: ObjectName) throws -> [UInt8] {
    guard let signer = keys.signer else {
      throw KeyProblem.needsFullKey(kind == .tags ? "changing tags" : "collection")
    }
    let message = try message(raw, kind, name)
    return raw + (try signer.signature(of: message.span))
  }

  /// The content, proven to be signed by the repository's authority.
  func verified(
    _ bytes: [UInt8],
    _ kind: SealedObject.Kind,
    _ name: ObjectName
  ) throws -> [UInt8] {
    guard bytes.count >= Self.signatureLength else { throw Malformed("it has no signature") }
    let raw = Array(bytes.dropLast(Self.signatureLength))
    let signature = Array(bytes.suffix(Self.signatureLength))
    let message = try message(raw, kind, name)
    guard try Ed25519.isValid(signature, of: message.span, publicKey: keys.authority) else {
      throw Malformed("the repository's authority has not signed it")
    }
    return raw
  }

  private func message(
    _ raw: [UInt8],
    _ kind: SealedObject.Kind,
    _ name: ObjectName
  ) throws -> [UInt8] {
    // A host that may only write can seal an object under any name that a store takes.
    guard let length = UInt8(exactly: name.text.utf8.count) else {
      throw Malformed("its name is longer than 255 bytes")
    }
    return Array("drydock/1/custody".utf8) + binding.id + binding.formatHash
      + [kind.rawValue, length] + Array(name.text.utf8) + raw
  }
}
