internal import CCrypto

/// Keys from keys, and keys from passphrases.
public enum KeyDerivation {
  /// HKDF-SHA-256 (RFC 5869): independent keys from one uniform secret, told apart by `info`.
  ///
  /// - Parameters:
  ///   - secret: The input key material.
  ///   - salt: Optional salt; none by default.
  ///   - info: The label of the key's use.
  ///   - count: How many bytes, at most 8160.
  /// - Returns: The derived key.
  /// - Throws: `CryptographyError` when libcrypto refuses.
  public static func hkdf(
    _ secret: Secret,
    salt: [UInt8] = [],
    info: [UInt8],
    count: Int = 32
  ) throws -> Secret {
    guard (1...255 * HMACKey.length).contains(count) else {
      throw CryptographyError.badLength("a derived key")
    }
    let zeros = [UInt8](repeating: 0, count: HMACKey.length)
    let extraction = try HMACKey(Secret((salt.isEmpty ? zeros : salt).span))
    var pseudorandom = try secret.withBytes { bytes throws in try extraction.code(of: bytes) }
    let expansion = try HMACKey(Secret(wiping: &pseudorandom))
    var output: [UInt8] = []
    var block: [UInt8] = []
    var number: UInt8 = 0
    while output.count < count {
      number += 1
      block = try expansion.code(of: block.span, (info + [number]).span)
      output += block
    }
    output.removeLast(output.count - count)
    // The last block is a part of the key.
    _ = Secret(wiping: &block)
    return Secret(wiping: &output)
  }

  /// The cost of one guess at a passphrase (RFC 7914).
  public struct ScryptCost: Sendable, Equatable {
    /// CPU and memory cost, a power of two; memory is 128 * n * r bytes.
    public var n: Int
    /// Block size.
    public var r: Int
    /// Parallelism.
    public var p: Int

    /// Makes a cost.
    public init(n: Int, r: Int, p: Int) {
      self.n = n
      self.r = r
      self.p = p
    }

    /// What new key slots use: 32 MiB and about 70 ms on a server of 2020.
    public static let standard = ScryptCost(n: 1 << 15, r: 8, p: 1)
  }

  /// scrypt (RFC 7914): a key from a passphrase, at a cost that slows guessing down.
  ///
  /// - Parameters:
  ///   - passphrase: The passphrase's bytes.
  ///   - salt: Random bytes stored beside the result's use.
  ///   - cost: The parameters; the caller bounds those that it read from a file.
  ///   - count: How many bytes.
  /// - Returns: The derived key.
  /// - Throws: `CryptographyError` when libcrypto refuses.
  public static func scrypt(
    _ passphrase: Secret,
    salt: [UInt8],
    cost: ScryptCost = .standard,
    count: Int = 32
  ) throws -> Secret {
    var key = [UInt8](repeating: 0, count: count)
    let memory = UInt64(128 * cost.r) * UInt64(cost.n + cost.p + 2) + (1 << 20)
    let status = passphrase.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { bytes in
        let text = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        return unsafe EVP_PBE_scrypt(
          text,
          bytes.count,
          salt,
          salt.count,
          UInt64(cost.n),
          UInt64(cost.r),
          UInt64(cost.p),
          memory,
          &key,
          count
        )
      }
    }
    guard status == 1 else { throw CryptographyError.libraryFailed("derive a key with scrypt") }
    return Secret(wiping: &key)
  }
}
