/// Reads numbers and pieces from bytes whose lengths nobody has checked yet.
///
/// Open to the optimiser of other modules: lists of a million stripes pass through here.
public struct ByteReader {
  @usableFromInline let bytes: [UInt8]
  @usableFromInline var offset: Int

  /// A reader at the first byte, or at another within the bytes.
  @inlinable
  public init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  /// How many bytes are left.
  @inlinable public var remaining: Int { bytes.count - offset }

  /// The next number, least significant byte first; nil when the bytes end before it does.
  @inlinable
  public mutating func next<Number: FixedWidthInteger & UnsignedInteger>(
    _ type: Number.Type
  ) -> Number? {
    let width = Number.bitWidth / 8
    guard remaining >= width else { return nil }
    var number: Number = 0
    for place in 0..<width { number |= Number(bytes[offset + place]) << (8 * place) }
    offset += width
    return number
  }

  /// The next `count` bytes; nil when there are fewer.
  @inlinable
  public mutating func next(_ count: Int) -> [UInt8]? {
    guard count >= 0, remaining >= count else { return nil }
    defer { offset += count }
    return Array(bytes[offset..<(offset + count)])
  }
}
