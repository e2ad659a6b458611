/// Reads numbers and pieces from bytes whose lengths nobody has checked yet, and never past the end.
///
/// Open to the optimiser of other modules: lists of a million stripes pass through here.
public struct ByteReader {
  @usableFromInline let bytes: [UInt8]
  @usableFromInline var place: Int

  /// A reader at the first byte, or at another within the bytes.
  @inlinable
  public init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    place = offset
  }

  /// The place of the next byte.
  @inlinable public var offset: Int { place }

  /// How many bytes are left.
  @inlinable public var remaining: Int { bytes.count - place }

  /// The next number, least significant byte first; nil when the bytes end before it does.
  @inlinable
  public mutating func next<Number: FixedWidthInteger & UnsignedInteger>(
    _ type: Number.Type
  ) -> Number? {
    let width = Number.bitWidth / 8
    guard remaining >= width else { return nil }
    var number: Number = 0
    for byte in 0..<width {
      number |= Number(truncatingIfNeeded: bytes[place + byte]) << (8 * byte)
    }
    place += width
    return number
  }

  /// The next `count` bytes, not copied; nil when there are fewer.
  @inlinable
  public mutating func next(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, remaining >= count else { return nil }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// Passes over the next bytes if they are these.
  @inlinable
  public mutating func pass(_ expected: ArraySlice<UInt8>) -> Bool {
    guard remaining >= expected.count,
      bytes[place..<place + expected.count] == expected
    else { return false }
    place += expected.count
    return true
  }
}
