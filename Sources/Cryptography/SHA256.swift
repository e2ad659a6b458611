internal import CCrypto

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
  /// The length of a hash in bytes.
  public static let length = 32

  /// The hash of some bytes.
  public static func hash(_ bytes: Span<UInt8>) throws -> [UInt8] {
    var status: Int32 = 0
    let hash = [UInt8](capacity: length) { space in
      unsafe space.withUnsafeMutableBufferPointer { buffer, count in
        unsafe bytes.withUnsafeBytes { bytes in
          status = unsafe EVP_Digest(
            bytes.baseAddress,
            bytes.count,
            buffer.baseAddress,
            nil,
            EVP_sha256(),
            nil
          )
        }
        if status == 1 { count = length }
      }
    }
    guard status == 1 else { throw CryptographyError.libraryFailed("compute SHA-256") }
    return hash
  }

  /// The hash of some bytes.
  public static func hash(_ bytes: [UInt8]) throws -> [UInt8] {
    try hash(bytes.span)
  }
}
