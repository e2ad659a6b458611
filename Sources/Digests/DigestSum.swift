/// The sum of row digests modulo 2^128: the digest of a set of rows, whatever their order.
///
/// A restored table stores its rows in another order, and its parts may be summed by several
/// workers; the sum is the same. Unlike XOR, it also sees a row that is there twice.
public struct DigestSum: Sendable, Hashable {
  /// The lower 64 bits.
  public var low: UInt64
  /// The upper 64 bits.
  public var high: UInt64

  /// The sum of no rows.
  public static let zero = DigestSum()

  /// Makes a sum from its halves; zero without arguments.
  public init(low: UInt64 = 0, high: UInt64 = 0) {
    self.low = low
    self.high = high
  }

  /// Adds one row.
  @inlinable
  public mutating func add(_ row: RowDigest) {
    add(low: row.low, high: row.high)
  }

  /// Adds the sum of other rows.
  @inlinable
  public mutating func add(_ other: DigestSum) {
    add(low: other.low, high: other.high)
  }

  /// What is left when the sum of some of the rows is taken away.
  public func subtracting(_ other: DigestSum) -> DigestSum {
    let (difference, borrow) = low.subtractingReportingOverflow(other.low)
    return DigestSum(low: difference, high: high &- other.high &- (borrow ? 1 : 0))
  }

  @inlinable
  mutating func add(low otherLow: UInt64, high otherHigh: UInt64) {
    let (sum, carry) = low.addingReportingOverflow(otherLow)
    low = sum
    high = high &+ otherHigh &+ (carry ? 1 : 0)
  }
}

extension DigestSum: CustomStringConvertible {
  /// 32 hexadecimal digits, the highest first.
  public var description: String { Self.digits(of: high) + Self.digits(of: low) }

  /// Reads 32 hexadecimal digits; nil for anything else.
  public init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 32, digits.allSatisfy(Self.isDigit) else { return nil }
    guard let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    self.init(low: low, high: high)
  }

  private static func digits(of half: UInt64) -> String {
    let text = String(half, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

extension DigestSum: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let sum = DigestSum(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "a digest has 32 hexadecimal digits"
      )
    }
    self = sum
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
