internal import Bytes
public import Problems

/// A list of consecutive stripes of one table, stored as a chunk of kind list.
///
/// Unchanged parts of a large table keep their segments, so a manifest stays small.
public struct Segment: Sendable, Equatable {
  /// Stripes in one segment at most: 256 KiB of list for stripes of one chunk.
  public static let capacity = 4096
  private static let version: UInt32 = 1

  /// The stripes, in the order of their pages.
  public var stripes: [Stripe]

  /// Makes a segment.
  public init(stripes: [Stripe]) { self.stripes = stripes }

  /// The bytes: version, count, then per stripe rows, bytes, digest, count of chunks, their ids.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + stripes.count * Stripe.usualLength)
    bytes.append(littleEndian: Self.version)
    bytes.append(littleEndian: UInt32(stripes.count))
    for stripe in stripes { stripe.append(to: &bytes) }
    return bytes
  }

  /// Reads a segment; a `Problem` of kind `damaged` where the bytes are not one.
  public init(decoding bytes: [UInt8]) throws(Problem) {
    stripes = try SegmentChange(decoding: bytes).stripes
  }

  /// How many stripes follow; nil where the bytes do not begin as a segment does.
  static func count(_ reader: inout ByteReader) -> Int? {
    guard reader.next(UInt32.self) == version, let count = reader.next(UInt32.self),
      count <= capacity
    else { return nil }
    return Int(count)
  }

  static let unreadable = Problem(
    .damaged,
    code: "snapshot.segment",
    "a list of stripes cannot be read",
    reason: "its bytes are not of a version that this program knows",
    hint: "Run drydock check; a newer drydock may be needed to read this snapshot."
  )
}
