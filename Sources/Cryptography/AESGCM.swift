internal import CCrypto

/// AES-256-GCM (NIST SP 800-38D): seals a text so that it can be neither read nor changed.
///
/// One value per thread; its context is reused. A nonce must never meet the same key twice.
@safe
public final class AESGCM {
  /// Bytes of a key.
  public static let keyLength = 32
  /// Bytes of a nonce.
  public static let nonceLength = 12
  /// Bytes of the tag that follows the cipher text.
  public static let tagLength = 16

  private let context: OpaquePointer
  private let cipher: OpaquePointer

  /// Prepares a context.
  public init() throws {
    guard let cipher = unsafe EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
      throw CryptographyError.libraryFailed("find AES-256-GCM")
    }
    guard let context = unsafe EVP_CIPHER_CTX_new() else {
      unsafe EVP_CIPHER_free(cipher)
      throw CryptographyError.libraryFailed("prepare AES-256-GCM")
    }
    unsafe self.cipher = cipher
    unsafe self.context = context
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(context)
    unsafe EVP_CIPHER_free(cipher)
  }

  /// Appends cipher text and tag to a buffer.
  ///
  /// - Parameters:
  ///   - plain: What to seal.
  ///   - key: 32 bytes.
  ///   - nonce: 12 bytes, new for every text under this key.
  ///   - additional: Bound by the seal, not contained in it.
  ///   - output: Grows by the text's length and 16.
  /// - Throws: `CryptographyError` when libcrypto refuses.
  public func seal(
    _ plain: Span<UInt8>,
    key: Secret,
    nonce: Span<UInt8>,
    additional: Span<UInt8>,
    appendingTo output: inout [UInt8]
  ) throws {
    try begin(sealing: true, key, nonce, additional)
    let failure = CryptographyError.libraryFailed("seal with AES-256-GCM")
    let total = plain.count + Self.tagLength
    var isDone = false
    unsafe plain.withUnsafeBufferPointer { plain in
      output.append(addingCapacity: total) { space in
        unsafe space.withUnsafeMutableBufferPointer { buffer, count in
          guard let start = buffer.baseAddress else { return }
          isDone = unsafe finishSealing(plain, into: start)
          if isDone { count = total }
        }
      }
    }
    guard isDone else { throw failure }
  }

  /// Appends the plain text to a buffer, or throws `notAuthentic` and leaves the buffer as it was.
  ///
  /// - Parameters:
  ///   - sealed: Cipher text and tag.
  ///   - key: 32 bytes.
  ///   - nonce: 12 bytes.
  ///   - additional: The same bytes as when it was sealed.
  ///   - output: Grows by the text's length.
  /// - Throws: `CryptographyError.notAuthentic` when anything was changed.
  public func open(
    _ sealed: Span<UInt8>,
    key: Secret,
    nonce: Span<UInt8>,
    additional: Span<UInt8>,
    appendingTo output: inout [UInt8]
  ) throws {
    guard sealed.count >= Self.tagLength else { throw CryptographyError.notAuthentic }
    try begin(sealing: false, key, nonce, additional)
    let length = sealed.count - Self.tagLength
    var isAuthentic = false
    unsafe sealed.withUnsafeBufferPointer { sealed in
      // One spare byte, since an empty output would have no address to write to.
      output.append(addingCapacity: length + 1) { space in
        unsafe space.withUnsafeMutableBufferPointer { buffer, count in
          guard let start = buffer.baseAddress else { return }
          isAuthentic = unsafe finishOpening(sealed, length, into: start)
          if isAuthentic { count = length }
        }
      }
    }
    guard isAuthentic else { throw CryptographyError.notAuthentic }
  }

  private func begin(
    sealing: Bool,
    _ key: Secret,
    _ nonce: Span<UInt8>,
    _ additional: Span<UInt8>
  ) throws {
    guard key.count == Self.keyLength else { throw CryptographyError.badLength("a key") }
    guard nonce.count == Self.nonceLength else { throw CryptographyError.badLength("a nonce") }
    let status = key.withBytes { key in
      unsafe key.withUnsafeBufferPointer { key in
        unsafe nonce.withUnsafeBufferPointer { nonce in
          unsafe EVP_CipherInit_ex2(
            context,
            cipher,
            key.baseAddress,
            nonce.baseAddress,
            sealing ? 1 : 0,
            nil
          )
        }
      }
    }
    var length: Int32 = 0
    let accepted = unsafe additional.withUnsafeBufferPointer { additional in
      unsafe additional.count == 0
        || EVP_CipherUpdate(
          context,
          nil,
          &length,
          additional.baseAddress,
          Int32(additional.count)
        ) == 1
    }
    guard status == 1, accepted else {
      throw CryptographyError.libraryFailed("start AES-256-GCM")
    }
  }

  private func finishSealing(
    _ plain: UnsafeBufferPointer<UInt8>,
    into start: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    var length: Int32 = 0
    let tag = unsafe start + plain.count
    if plain.count > 0 {
      let status = unsafe EVP_CipherUpdate(
        context,
        start,
        &length,
        plain.baseAddress,
        Int32(plain.count)
      )
      guard status == 1, Int(length) == plain.count else { return false }
    }
    guard unsafe EVP_CipherFinal_ex(context, tag, &length) == 1 else { return false }
    return unsafe EVP_CIPHER_CTX_ctrl(
      context,
      EVP_CTRL_AEAD_GET_TAG,
      Int32(Self.tagLength),
      tag
    ) == 1
  }

  private func finishOpening(
    _ sealed: UnsafeBufferPointer<UInt8>,
    _ length: Int,
    into start: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    var written: Int32 = 0
    if length > 0 {
      let status = unsafe EVP_CipherUpdate(
        context,
        start,
        &written,
        sealed.baseAddress,
        Int32(length)
      )
      guard status == 1, Int(written) == length else { return false }
    }
    guard let text = sealed.baseAddress else { return false }
    let tag = unsafe UnsafeMutableRawPointer(mutating: text + length)
    let isSet = unsafe EVP_CIPHER_CTX_ctrl(
      context,
      EVP_CTRL_AEAD_SET_TAG,
      Int32(Self.tagLength),
      tag
    )
    guard isSet == 1 else { return false }
    return unsafe EVP_CipherFinal_ex(context, start + length, &written) == 1
  }
}
