internal import FoundationEssentials

/// A clock on the wall: instants, in seconds since 1970, as days and minutes of a place.
public struct LocalClock: Sendable {
  private static let dayLength = 86_400

  private let seconds: @Sendable (Int) -> Int

  /// A clock by how many seconds it is before UTC at an instant, in seconds since 1970.
  public init(offset: @escaping @Sendable (Int) -> Int) { seconds = offset }

  /// By how many seconds the clock is before UTC at an instant.
  public func offset(at instant: Int) -> Int { seconds(instant) }

  /// The day that the calendar shows, counted since 1970-01-01.
  func day(at instant: Int) -> Int { (instant + offset(at: instant)) / Self.dayLength }

  /// The instant at which the clock shows a minute of a day.
  ///
  /// Where it shows it twice, the first one; where it jumps over it, the moment of the jump.
  func instant(day: Int, minute: Int) -> Int {
    let shown = day * Self.dayLength + minute * 60
    let offsets = [shown - Self.dayLength, shown + Self.dayLength].map { offset(at: $0) }
    let candidates = offsets.map { shown - $0 }.filter { $0 + offset(at: $0) == shown }
    return candidates.min() ?? jump(over: shown, from: offsets[0], to: offsets[1])
  }

  /// The first instant with the new offset, between two that are on either side of the change.
  private func jump(over shown: Int, from before: Int, to after: Int) -> Int {
    var (old, new) = (shown - after, shown - before)
    while new - old > 1 {
      let middle = (old + new) / 2
      if offset(at: middle) == after { new = middle } else { old = middle }
    }
    return new
  }

  /// The day of the week, 0 for Monday: 1970 began with a Thursday.
  static func weekday(of day: Int) -> Int { (day + 3) % 7 }

  /// The day of its month, from 1.
  static func dayOfMonth(of day: Int) -> Int {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar.component(
      .day,
      from: Date(timeIntervalSince1970: TimeInterval(day * dayLength))
    )
  }
}
