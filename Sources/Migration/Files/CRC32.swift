/// The checksum of zlib and of Java's `CRC32`: polynomial 0xEDB88320, reflected.
///
/// It tells slips, not forgeries; here it only answers whether a file is the one that Flyway ran.
struct CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  private var state: UInt32 = 0xFFFF_FFFF

  mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = Self.table[Int((state ^ UInt32(byte)) & 0xFF)] ^ (state >> 8) }
  }

  var value: UInt32 { ~state }

  /// What Flyway keeps for a script: the sum of its lines without their ends, as a signed number.
  static func flyway(_ bytes: [UInt8]) -> Int32 {
    var sum = CRC32()
    let text = bytes.starts(with: SQLScanner.byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
    sum.update(text.lazy.filter { $0 != 10 && $0 != 13 })
    return Int32(bitPattern: sum.value)
  }
}
