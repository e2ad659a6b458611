internal import CXXHash

/// The digest of one row: 128 bits of XXH3 over its bytes.
///
/// XXH3 finds damage and mistakes, not attackers: digests are kept inside sealed manifests.
public struct RowDigest: Sendable, Hashable {
  /// The lower 64 bits.
  public var low: UInt64
  /// The upper 64 bits.
  public var high: UInt64

  /// Makes a digest from its halves.
  public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }
}

/// Makes row digests with one seed.
///
/// The seed comes from the repository's key, so digests of two repositories do not compare and
/// tell nothing about their rows. `XXH3_128bits_withSeed` of xxHash 0.8: its output is frozen.
public struct RowHasher: Sendable {
  /// The seed.
  public let seed: UInt64

  /// Makes a hasher.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// The digest of a row's bytes.
  public func digest(of row: Span<UInt8>) -> RowDigest {
    unsafe row.withUnsafeBytes { unsafe digest(of: $0) }
  }

  /// The digest of a row's bytes, for adapters that hold a pointer.
  @unsafe
  public func digest(of row: UnsafeRawBufferPointer) -> RowDigest {
    let hash = unsafe XXH3_128bits_withSeed(row.baseAddress, row.count, seed)
    return RowDigest(low: hash.low64, high: hash.high64)
  }
}
