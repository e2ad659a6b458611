/// Cuts what has no rows into pieces that fit a chunk.
public enum Pieces {
  /// The size of a piece: 1 MiB.
  public static let size = 1 << 20

  /// The pieces of some bytes, in order; none for no bytes.
  public static func of(_ bytes: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { start in
      Array(bytes[start..<min(start + size, bytes.count)])
    }
  }
}
