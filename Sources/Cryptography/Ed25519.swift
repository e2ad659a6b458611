internal import CCrypto

/// Ed25519 signatures (RFC 8032) with raw keys of 32 bytes.
public enum Ed25519 {
  /// Bytes of a private seed and of a public key.
  public static let keyLength = 32
  /// Bytes of a signature.
  public static let signatureLength = 64

  /// A private key, which signs.
  public struct PrivateKey: Sendable {
    /// The 32 bytes to keep secret.
    public let seed: Secret

    /// Takes a stored seed of 32 bytes.
    public init(seed: Secret) throws {
      guard seed.count == keyLength else { throw CryptographyError.badLength("a signing key") }
      self.seed = seed
    }

    /// Makes a new key.
    public static func generate() throws -> PrivateKey {
      try PrivateKey(seed: Secret.random(count: keyLength))
    }

    /// The public key, 32 bytes.
    public func publicKey() throws -> [UInt8] {
      let handle = try Handle(seed: seed)
      var bytes = [UInt8](repeating: 0, count: keyLength)
      var count = keyLength
      let status = unsafe EVP_PKEY_get_raw_public_key(handle.key, &bytes, &count)
      guard status == 1, count == keyLength else { throw failure("read a public key") }
      return bytes
    }

    /// The signature of a message, 64 bytes.
    public func signature(of message: Span<UInt8>) throws -> [UInt8] {
      let handle = try Handle(seed: seed)
      var bytes = [UInt8](repeating: 0, count: signatureLength)
      var count = signatureLength
      let status = unsafe message.withUnsafeBufferPointer { message -> Int32 in
        guard unsafe EVP_DigestSignInit(handle.context, nil, nil, nil, handle.key) == 1 else {
          return 0
        }
        return unsafe EVP_DigestSign(
          handle.context,
          &bytes,
          &count,
          message.baseAddress,
          message.count
        )
      }
      guard status == 1, count == signatureLength else { throw failure("sign with Ed25519") }
      return bytes
    }
  }

  /// Whether a signature over a message was made with the private half of a public key.
  ///
  /// - Parameters:
  ///   - signature: 64 bytes; another length is simply not valid.
  ///   - message: What was signed.
  ///   - publicKey: 32 bytes.
  /// - Returns: Whether the signature is valid.
  /// - Throws: `CryptographyError.badLength` for a key of another length.
  public static func isValid(
    _ signature: [UInt8],
    of message: Span<UInt8>,
    publicKey: [UInt8]
  ) throws -> Bool {
    guard publicKey.count == keyLength else { throw CryptographyError.badLength("a public key") }
    guard signature.count == signatureLength else { return false }
    let handle = try Handle(publicKey: publicKey)
    let started = unsafe EVP_DigestVerifyInit(handle.context, nil, nil, nil, handle.key)
    guard started == 1 else { throw failure("verify with Ed25519") }
    return unsafe message.withUnsafeBufferPointer { message in
      unsafe EVP_DigestVerify(
        handle.context,
        signature,
        signature.count,
        message.baseAddress,
        message.count
      ) == 1
    }
  }

  private static func failure(_ operation: String) -> CryptographyError {
    .libraryFailed(operation)
  }

  /// An OpenSSL key with the context that uses it, freed together.
  @safe
  private final class Handle {
    let key: OpaquePointer
    let context: OpaquePointer

    init(seed: Secret) throws {
      let key = unsafe seed.withBytes { seed in
        unsafe seed.withUnsafeBufferPointer {
          unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, $0.baseAddress, $0.count)
        }
      }
      unsafe (self.key, context) = try Self.pair(key)
    }

    init(publicKey: [UInt8]) throws {
      let key = unsafe EVP_PKEY_new_raw_public_key(
        EVP_PKEY_ED25519,
        nil,
        publicKey,
        publicKey.count
      )
      unsafe (self.key, context) = try Self.pair(key)
    }

    deinit {
      unsafe EVP_MD_CTX_free(context)
      unsafe EVP_PKEY_free(key)
    }

    private static func pair(_ key: OpaquePointer?) throws -> (OpaquePointer, OpaquePointer) {
      guard let key = unsafe key else { throw failure("read an Ed25519 key") }
      guard let context = unsafe EVP_MD_CTX_new() else {
        unsafe EVP_PKEY_free(key)
        throw failure("prepare Ed25519")
      }
      return unsafe (key, context)
    }
  }
}
