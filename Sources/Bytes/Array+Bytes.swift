/// Arrays of bytes that take spans, since `Array` itself can only take sequences.
///
/// One `memcpy`, no loop: the rows of a terabyte pass through here.
extension [UInt8] {
  /// Appends the bytes of a span.
  @inlinable
  public mutating func append(_ span: Span<UInt8>) {
    unsafe span.withUnsafeBufferPointer { bytes in unsafe append(contentsOf: bytes) }
  }

  /// Appends a number, least significant byte first.
  @inlinable
  public mutating func append(littleEndian number: some FixedWidthInteger) {
    var rest = number
    for _ in 0..<(type(of: number).bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }
}
