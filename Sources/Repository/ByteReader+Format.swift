internal import Bytes

/// The format's words for what a reader finds, or does not find.
extension ByteReader {
  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard let bytes = next(count) else { throw Self.tooShort }
    return bytes
  }

  mutating func u8() throws -> UInt8 { try number(UInt8.self) }
  mutating func u16() throws -> UInt16 { try number(UInt16.self) }
  mutating func u32() throws -> UInt32 { try number(UInt32.self) }
  mutating func u64() throws -> UInt64 { try number(UInt64.self) }

  /// Reserved bytes must be zero, so that a later version can give them a meaning.
  mutating func reserved(_ count: Int) throws {
    guard try take(count).allSatisfy({ $0 == 0 }) else {
      throw Malformed("reserved bytes are in use, perhaps by a newer version")
    }
  }

  mutating func expect(_ magic: String) throws {
    guard try take(magic.utf8.count).elementsEqual(magic.utf8) else {
      throw Malformed("it does not begin with \(magic)")
    }
  }

  func expectEnd() throws {
    guard remaining == 0 else { throw Malformed("\(remaining) bytes follow its end") }
  }

  private mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
    _ type: Number.Type
  ) throws -> Number {
    guard let number = next(type) else { throw Self.tooShort }
    return number
  }

  private static var tooShort: Malformed { Malformed("it ends too early") }
}
