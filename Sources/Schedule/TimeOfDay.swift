/// A time of day to the minute, on a clock of 24 hours.
public struct TimeOfDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Minutes since midnight, as the clock shows them: 0 to 1439.
  public let minutes: Int

  /// Makes a time from minutes since midnight.
  init(minutes: Int) { self.minutes = minutes }

  /// Reads `02:15`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(Self.isDigit) }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else { return nil }
    minutes = hour * 60 + minute
  }

  /// The hour, 0 to 23.
  var hour: Int { minutes / 60 }
  /// The minute of the hour.
  var minute: Int { minutes % 60 }

  /// The time as it is written: `02:15`.
  public var description: String { "\(Self.two(hour)):\(Self.two(minute))" }

  /// Earlier comes first.
  public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool { left.minutes < right.minutes }

  /// A number with two digits.
  static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
