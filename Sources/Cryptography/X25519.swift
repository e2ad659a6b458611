internal import CCrypto

/// X25519 key agreement (RFC 7748) with raw keys of 32 bytes.
public enum X25519 {
  /// Bytes of a private key, of a public key and of a shared secret.
  public static let keyLength = 32

  /// A private key: any 32 bytes, since the function itself sets the bits that it needs.
  public struct PrivateKey: Sendable {
    /// The 32 bytes to keep secret.
    public let bytes: Secret

    /// Takes 32 bytes, uniform and secret.
    public init(_ bytes: Secret) throws {
      guard bytes.count == keyLength else { throw CryptographyError.badLength("a private key") }
      self.bytes = bytes
    }

    /// Makes a new key.
    public static func generate() throws -> PrivateKey {
      try PrivateKey(Secret.random(count: keyLength))
    }

    /// The public key, 32 bytes.
    public func publicKey() throws -> [UInt8] {
      let key = try Key(self)
      var bytes = [UInt8](repeating: 0, count: keyLength)
      var count = keyLength
      let status = unsafe EVP_PKEY_get_raw_public_key(key.handle, &bytes, &count)
      guard status == 1, count == keyLength else { throw failure("read a public key") }
      return bytes
    }

    /// The secret that both sides compute; it is not uniform, so a key is derived from it.
    ///
    /// - Parameter publicKey: The other side's key, 32 bytes.
    /// - Returns: 32 bytes.
    /// - Throws: `CryptographyError` for a key of another length, or one of low order, with which
    ///   the result would be zero whatever the private key is (RFC 7748, section 6.1).
    public func agreement(with publicKey: [UInt8]) throws -> Secret {
      let (own, other) = (try Key(self), try Key(publicKey))
      guard let context = unsafe EVP_PKEY_CTX_new(own.handle, nil) else {
        throw failure("prepare X25519")
      }
      defer { unsafe EVP_PKEY_CTX_free(context) }
      var shared = [UInt8](repeating: 0, count: keyLength)
      var count = keyLength
      let isDone =
        unsafe EVP_PKEY_derive_init(context) == 1
        && EVP_PKEY_derive_set_peer(context, other.handle) == 1
        && EVP_PKEY_derive(context, &shared, &count) == 1
      guard isDone, count == keyLength else { throw failure("agree on a key with X25519") }
      return Secret(wiping: &shared)
    }
  }

  private static func failure(_ operation: String) -> CryptographyError {
    .libraryFailed(operation)
  }

  /// An OpenSSL key that frees itself.
  @safe
  private final class Key {
    let handle: OpaquePointer

    init(_ key: PrivateKey) throws {
      let handle = unsafe key.bytes.withBytes { bytes in
        unsafe bytes.withUnsafeBufferPointer {
          unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, $0.baseAddress, $0.count)
        }
      }
      unsafe self.handle = try Self.checked(handle)
    }

    init(_ publicKey: [UInt8]) throws {
      guard publicKey.count == keyLength else { throw CryptographyError.badLength("a public key") }
      let handle = unsafe EVP_PKEY_new_raw_public_key(
        EVP_PKEY_X25519,
        nil,
        publicKey,
        publicKey.count
      )
      unsafe self.handle = try Self.checked(handle)
    }

    deinit { unsafe EVP_PKEY_free(handle) }

    private static func checked(_ handle: OpaquePointer?) throws -> OpaquePointer {
      guard let handle = unsafe handle else { throw failure("read an X25519 key") }
      return unsafe handle
    }
  }
}
