public import FoundationEssentials

extension Rhythm {
  /// How many days ahead a due time may lie: from a day of one month to that of the next.
  private static let farthestDay = 32

  /// The first due time after an instant.
  ///
  /// A time of day that the night skips is due when the clock has jumped; one that the night has
  /// twice is due the first time. What is due every hour or more often follows the clock through
  /// both.
  ///
  /// - Parameters:
  ///   - date: The instant; the result is later by less than a second at the least.
  ///   - clock: The clock whose times are meant.
  /// - Returns: The due time, to the second.
  public func next(after date: Date, on clock: LocalClock) -> Date {
    let start = Int(date.timeIntervalSince1970.rounded(.down))
    let found =
      switch self {
      case .every(let minutes) where minutes <= 60:
        Self.next(after: start, step: minutes * 60, clock)
      case .every(let minutes):
        Self.next(after: start, stride(from: 0, to: 1440, by: minutes), .all, clock)
      case .at(let times, let days):
        Self.next(after: start, times.map(\.minutes), days, clock)
      }
    return Date(timeIntervalSince1970: TimeInterval(found))
  }

  /// The next point of a grid that begins at midnight.
  private static func next(after start: Int, step: Int, _ clock: LocalClock) -> Int {
    let point = { (offset: Int) in ((start + offset) / step + 1) * step - offset }
    let before = clock.offset(at: start)
    let first = point(before)
    let after = clock.offset(at: first)
    if after == before { return first }
    // The clock is changed until then: from that moment on, the grid is that of the new time.
    var next = point(after)
    while clock.offset(at: next) != after { next += step }
    return next
  }

  private static func next(
    after start: Int,
    _ minutes: some Sequence<Int>,
    _ days: Days,
    _ clock: LocalClock
  ) -> Int {
    let minutes = Array(minutes)
    let today = clock.day(at: start)
    // A clock that is put back over midnight makes it yesterday again.
    for day in (today - 1)...(today + farthestDay) where days.contain(day) {
      let instants = minutes.map { clock.instant(day: day, minute: $0) }
      if let found = instants.filter({ $0 > start }).min() { return found }
    }
    preconditionFailure("every rhythm has a day within \(farthestDay) days")
  }
}

extension Rhythm.Days {
  /// Whether a day, counted since 1970, is one of them.
  fileprivate func contain(_ day: Int) -> Bool {
    switch self {
    case .all: return true
    case .week(let week): return week.map(\.rawValue).contains(LocalClock.weekday(of: day))
    case .month(let number): return LocalClock.dayOfMonth(of: day) == number
    }
  }
}
