internal import Bytes
internal import Digests
internal import Repository

extension Stripe {
  /// Bytes of a stripe of one chunk in a segment.
  static let usualLength = 36 + ChunkID.length
  /// Rows or bytes of text that no stripe has, so that sums of them never overflow.
  private static let limit = 1 << 40

  /// Appends the stripe as a segment lists it: rows, bytes, digest, count of chunks, their ids.
  func append(to output: inout [UInt8]) {
    output.append(littleEndian: UInt64(rows))
    output.append(littleEndian: UInt64(bytes))
    output.append(littleEndian: digest.low)
    output.append(littleEndian: digest.high)
    output.append(littleEndian: UInt32(chunks.count))
    for chunk in chunks { chunk.append(to: &output) }
  }

  /// Reads a stripe; nil where the bytes end before it does or say what cannot be.
  init?(reading reader: inout ByteReader) {
    guard let rows = reader.next(UInt64.self), let bytes = reader.next(UInt64.self),
      let low = reader.next(UInt64.self), let high = reader.next(UInt64.self),
      let count = reader.next(UInt32.self), Int(count) * ChunkID.length <= reader.remaining,
      let rows = Int(exactly: rows), let bytes = Int(exactly: bytes),
      rows < Self.limit, bytes < Self.limit
    else { return nil }
    var chunks: [ChunkID] = []
    chunks.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let id = reader.next(ChunkID.length).flatMap({ ChunkID($0) }) else { return nil }
      chunks.append(id)
    }
    self.init(chunks: chunks, rows: rows, bytes: bytes, digest: DigestSum(low: low, high: high))
  }

  /// The next stripe's rows and its bytes in the segment, of bytes that were decoded before.
  static func rowsAndBytes(
    _ reader: inout ByteReader
  ) -> (rows: Int, bytes: ArraySlice<UInt8>)? {
    var ahead = reader
    guard let rows = ahead.next(UInt64.self), ahead.next(24) != nil,
      let count = ahead.next(UInt32.self),
      let bytes = reader.next(36 + Int(count) * ChunkID.length)
    else { return nil }
    return (Int(truncatingIfNeeded: rows), bytes)
  }
}
