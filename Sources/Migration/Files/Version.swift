/// A patch's version: numbers with dots between them, ordered as people count; or a repeatable name.
///
/// `2` comes before `10`, `1.9` before `1.10`, and `0001`, `1` and `1.0` are the same version, so
/// that two files cannot claim it. Numbers may have any length: `20260114093000` is one. A patch
/// that runs again whenever its text changes has its name as version, `R__views`; it comes after
/// every number, in the order of names.
public struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The version as it was written.
  public let description: String
  /// The numbers without leading zeros, without trailing numbers that are zero.
  private let numbers: [String]
  /// The name of a repeatable patch, `views` of `R__views`; nil for a version of numbers.
  public let repeatable: String?

  /// What a repeatable patch's version begins with.
  static let repeatableMark = "R__"

  /// Whether the patch runs again when its text has changed.
  public var isRepeatable: Bool { repeatable != nil }

  /// Reads numbers with dots between them, or `R__` and a name; `nil` for anything else.
  public init?(_ text: String) {
    if text.hasPrefix(Self.repeatableMark) {
      let name = String(text.dropFirst(Self.repeatableMark.count))
      guard !name.isEmpty, !name.contains("/") else { return nil }
      description = text
      numbers = []
      repeatable = name
      return
    }
    repeatable = nil
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
  public static func == (left: Version, right: Version) -> Bool {
    left.numbers == right.numbers && left.repeatable == right.repeatable
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(numbers)
    hasher.combine(repeatable)
  }

  /// Orders number by number; names come after all numbers.
  public static func < (left: Version, right: Version) -> Bool {
    if left.isRepeatable || right.isRepeatable {
      guard let one = left.repeatable else { return true }
      guard let other = right.repeatable else { return false }
      return one.utf8.lexicographicallyPrecedes(other.utf8)
    }
    for (one, other) in zip(left.numbers, right.numbers) where one != other {
      return one.count == other.count ? one < other : one.count < other.count
    }
    return left.numbers.count < right.numbers.count
  }
}
