internal import Problems

/// Stored bytes that are not what the format says; the caller adds which object they belong to.
struct Malformed: Error {
  /// One clause that ends the sentence "because ...".
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Reads integers and byte strings in order, and never past the end.
struct ByteReader {
  private let bytes: [UInt8]
  private(set) var offset: Int

  init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var remaining: Int { bytes.count - offset }

  mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw Malformed("it ends too early") }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  mutating func u8() throws -> UInt8 {
    guard remaining >= 1 else { throw Malformed("it ends too early") }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func u16() throws -> UInt16 { UInt16(try integer(2)) }
  mutating func u32() throws -> UInt32 { UInt32(try integer(4)) }
  mutating func u64() throws -> UInt64 { try integer(8) }

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

  private mutating func integer(_ count: Int) throws -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension [UInt8] {
  /// Appends an integer, little-endian.
  mutating func append(little value: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}

/// Lower-case hexadecimal text.
enum Hex {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil unless the text has exactly two digits for each of `count` bytes.
  static func bytes(_ text: String, count: Int) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count == count * 2 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
