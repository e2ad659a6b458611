internal import CCrypto

/// Random bytes for keys, salts, nonces and names (RAND_bytes(3)).
public enum Randomness {
  /// Fresh random bytes.
  public static func bytes(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try append(count, to: &bytes)
    return bytes
  }

  /// Appends fresh random bytes to a buffer.
  public static func append(_ count: Int, to output: inout [UInt8]) throws {
    guard count > 0 else { return }
    var status: Int32 = 0
    output.append(addingCapacity: count) { space in
      unsafe space.withUnsafeMutableBufferPointer { buffer, initialized in
        status = unsafe RAND_bytes(buffer.baseAddress, Int32(count))
        if status == 1 { initialized = count }
      }
    }
    guard status == 1 else { throw CryptographyError.libraryFailed("make random bytes") }
  }
}

/// Comparisons that tell an observer nothing about where two texts differ (CRYPTO_memcmp(3)).
public enum ConstantTime {
  /// Whether both are equal; texts of different length are not, and that is no secret.
  public static func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    guard left.count > 0 else { return true }
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
      }
    }
  }
}
