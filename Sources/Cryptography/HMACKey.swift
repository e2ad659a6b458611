internal import CCrypto

/// A key for HMAC-SHA-256 (RFC 2104), prepared once and used many times by one thread.
///
/// The key's two blocks are hashed in `init`; each code then costs only its message.
@safe
public final class HMACKey {
  /// The length of a code in bytes.
  public static let length = 32

  private let context: OpaquePointer

  /// Prepares a key of any length.
  public init(_ key: Secret) throws {
    let context = unsafe key.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { unsafe drydock_hmac_sha256($0.baseAddress, $0.count) }
    }
    guard let context = unsafe context else {
      throw CryptographyError.libraryFailed("prepare a key for HMAC-SHA-256")
    }
    unsafe self.context = context
  }

  deinit {
    unsafe EVP_MAC_CTX_free(context)
  }

  /// The code of a message.
  public func code(of message: Span<UInt8>) throws -> [UInt8] {
    let nothing: [UInt8] = []
    return try code(of: nothing.span, message)
  }

  /// The code of two texts, one after the other, as one message.
  public func code(of first: Span<UInt8>, _ second: Span<UInt8>) throws -> [UInt8] {
    // Without a key EVP_MAC_init starts again with the key that is set (EVP_MAC(3)).
    guard unsafe EVP_MAC_init(context, nil, 0, nil) == 1 else { throw Self.failure }
    try update(first)
    try update(second)
    var status: Int32 = 0
    let code = [UInt8](capacity: Self.length) { space in
      unsafe space.withUnsafeMutableBufferPointer { buffer, count in
        status = unsafe EVP_MAC_final(context, buffer.baseAddress, &count, Self.length)
      }
    }
    guard status == 1, code.count == Self.length else { throw Self.failure }
    return code
  }

  private func update(_ bytes: Span<UInt8>) throws {
    guard bytes.count > 0 else { return }
    let status = unsafe bytes.withUnsafeBufferPointer {
      unsafe EVP_MAC_update(context, $0.baseAddress, $0.count)
    }
    guard status == 1 else { throw Self.failure }
  }

  private static var failure: CryptographyError { .libraryFailed("compute HMAC-SHA-256") }
}
