internal import Bytes
public import Digests
public import Repository

/// One stripe of a table as a segment lists it: where its content is and what it proves.
///
/// A stripe's content is the COPY text of the rows of some heap pages in `ctid` order, then a
/// trailer: for every page the offset of its first row, 8 bytes each, and the number of pages, 4
/// bytes. The trailer stands behind the text so that a stripe of any size can be cut into chunks
/// while it streams by (`docs/decisions/0003-stripe-trailer.md`).
public struct Stripe: Sendable, Equatable {
  /// The chunks whose bytes, in this order, are the content.
  public var chunks: [ChunkID]
  /// How many rows.
  public var rows: Int
  /// How many bytes of text, without the trailer.
  public var bytes: Int
  /// The sum of the rows' digests.
  public var digest: DigestSum

  /// Makes a stripe.
  public init(chunks: [ChunkID], rows: Int, bytes: Int, digest: DigestSum) {
    self.chunks = chunks
    self.rows = rows
    self.bytes = bytes
    self.digest = digest
  }

  /// The trailer that says where each page's first row begins.
  public static func trailer(pageOffsets: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pageOffsets.count * 8 + 4)
    for offset in pageOffsets { bytes.append(littleEndian: UInt64(offset)) }
    bytes.append(littleEndian: UInt32(pageOffsets.count))
    return bytes
  }
}
