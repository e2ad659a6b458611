internal import Bytes
internal import Cryptography
public import FoundationEssentials
internal import ObjectStore

/// The name of a snapshot, `20260131T235959.123Z-1f2e3d4c`: its time in UTC and random digits.
///
/// Names sort by time.
public struct SnapshotName: Sendable, Hashable, Comparable, CustomStringConvertible {
  static let directory = "snapshots"

  /// The name as text.
  public let text: String

  /// Reads a name; nil for anything else.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == Self.pattern.count else { return nil }
    for (byte, sample) in zip(bytes, Self.pattern) {
      let isRight =
        switch sample {
        case UInt8(ascii: "0"): (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        case UInt8(ascii: "x"):
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        default: byte == sample
        }
      if !isRight { return nil }
    }
    self.text = text
  }

  private static let pattern = Array("00000000T000000.000Z-xxxxxxxx".utf8)

  /// A new name for a moment.
  init(at time: Date) throws {
    text = Self.stamp(time) + "-" + Hex.text(try Randomness.bytes(4))
  }

  var object: ObjectName { ObjectName(components: Self.directory, text) }

  init?(object: ObjectName) {
    self.init(object.lastComponent)
    if self.object != object { return nil }
  }

  /// Whether the time in it is later than another, by whole milliseconds.
  public func isAfter(_ time: Date) -> Bool { text.prefix(20) > Self.stamp(time) }

  /// The name as text.
  public var description: String { text }

  /// Orders by time.
  public static func < (left: SnapshotName, right: SnapshotName) -> Bool { left.text < right.text }

  /// `20260131T235959.123Z`: written by hand, since a formatter would load locales at start-up.
  static func stamp(_ time: Date) -> String {
    let milliseconds = Int((time.timeIntervalSince1970 * 1000).rounded(.down))
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, day) = civil(days)
    let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { digits($0, 2) }
    return digits(year, 4) + digits(month, 2) + digits(day, 2) + "T" + clock.joined() + "."
      + digits(rest % 1000, 3) + "Z"
  }

  private static func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }

  /// Year, month and day of a number of days since 1970, by whole 400-year cycles of 146,097 days.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    // The year begins in March here, so that the leap day is its last.
    let shifted = days + 719_468
    let cycle = shifted / 146_097
    let dayOfCycle = shifted % 146_097
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}

extension SnapshotName: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let name = SnapshotName(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "this is not the name of a snapshot"
      )
    }
    self = name
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
