/// A place in the server's write-ahead log, such as `16/B374D848` (manual, 8.20 "pg_lsn Type").
///
/// Places of one server's history can be compared; across a restored copy they mean nothing.
public struct LSN: Sendable, Hashable, Comparable {
  /// The place in bytes since the log's beginning.
  public var position: UInt64

  /// No place at all: the LSN of a page that was never initialised.
  public static let zero = LSN(position: 0)

  /// Makes a place from its number of bytes.
  public init(position: UInt64) { self.position = position }

  /// Reads the server's notation, two hexadecimal numbers of at most 32 bits; nil for another text.
  public init?(_ text: String) {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ $0.allSatisfy(\.isHexDigit) }),
      let high = UInt32(halves[0], radix: 16), let low = UInt32(halves[1], radix: 16)
    else { return nil }
    position = UInt64(high) << 32 | UInt64(low)
  }

  /// Earlier in the log first.
  public static func < (one: LSN, other: LSN) -> Bool { one.position < other.position }
}

extension LSN: CustomStringConvertible {
  /// The server's notation.
  public var description: String {
    let high = String(position >> 32, radix: 16, uppercase: true)
    let low = String(position & 0xFFFF_FFFF, radix: 16, uppercase: true)
    return "\(high)/\(low)"
  }
}
