/// A patch's version: numbers with dots between them, ordered as people count.
///
/// `2` comes before `10`, `1.9` before `1.10`, and `0001`, `1` and `1.0` are the same version, so
/// that two files cannot claim it. Numbers may have any length: `20260114093000` is one.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The version as it was written.
  public let description: String
  /// The numbers without leading zeros, without trailing numbers that are zero.
  private let numbers: [String]

  /// Reads numbers with dots between them; `nil` when the text is anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isSound = parts.allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { SQLScanner.isDigit($0) }
    }
    guard isSound else { return nil }
    description = text
    var numbers = parts.map { String($0.drop { $0 == "0" }) }
    while numbers.count > 1, numbers.last?.isEmpty == true { numbers.removeLast() }
    self.numbers = numbers
  }

  /// The numbers as they were written.
  var parts: [Substring] { description.split(separator: ".") }

  /// Whether both name the same version, however they are written.
  public static func == (left: Version, right: Version) -> Bool { left.numbers == right.numbers }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(numbers) }

  /// Orders number by number.
  public static func < (left: Version, right: Version) -> Bool {
    for (one, other) in zip(left.numbers, right.numbers) where one != other {
      return one.count == other.count ? one < other : one.count < other.count
    }
    return left.numbers.count < right.numbers.count
  }
}
