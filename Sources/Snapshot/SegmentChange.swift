internal import Bytes
internal import Problems

/// What a segment says otherwise than an earlier one.
///
/// Stripes that are the same in the same place are passed over without being decoded.
struct SegmentChange {
  /// The stripes that the earlier segment does not have in their place.
  private(set) var stripes: [Stripe] = []
  /// All that the segment lists, changed or not.
  private(set) var sum = TableLoss.Sum()

  /// Compares the bytes of a segment with those of an earlier one.
  ///
  /// - Parameters:
  ///   - bytes: The segment.
  ///   - earlier: The other one, which was decoded before; all stripes are changed where it is empty.
  /// - Throws: A `Problem` of kind `damaged` where the bytes are no segment.
  init(decoding bytes: [UInt8], after earlier: [UInt8] = []) throws(Problem) {
    var reader = ByteReader(bytes)
    var old = ByteReader(earlier)
    guard let count = Segment.count(&reader) else { throw Segment.unreadable }
    let oldCount = Segment.count(&old) ?? 0
    if oldCount == 0 { stripes.reserveCapacity(count) }
    for place in 0..<count {
      let before = place < oldCount ? Stripe.rowsAndBytes(&old) : nil
      sum.stripes += 1
      if let before, reader.pass(before.bytes) {
        sum.rows += before.rows
        continue
      }
      guard let stripe = Stripe(reading: &reader) else { throw Segment.unreadable }
      sum.rows += stripe.rows
      stripes.append(stripe)
    }
    guard reader.remaining == 0 else { throw Segment.unreadable }
  }
}
