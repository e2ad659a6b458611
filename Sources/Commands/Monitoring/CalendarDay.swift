internal import FoundationEssentials

/// A day in UTC, in words that need no locale.
struct CalendarDay: Equatable {
  /// Days since 1970-01-01.
  let number: Int
  let year: Int
  /// 1 for January.
  let month: Int
  /// The day of the month.
  let day: Int

  init(_ number: Int) {
    self.number = number
    let date = Date(timeIntervalSince1970: Double(number) * 86_400)
    let parts = Self.calendar.dateComponents([.year, .month, .day], from: date)
    year = parts.year ?? 1970
    month = parts.month ?? 1
    day = parts.day ?? 1
  }

  init(of time: Date) { self.init(Int((time.timeIntervalSince1970 / 86_400).rounded(.down))) }

  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = .gmt
    return calendar
  }()

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// 0 for a Monday; the first day of 1970 was a Thursday.
  var weekday: Int { ((number + 3) % 7 + 7) % 7 }

  /// `30 January 2026`.
  var text: String { "\(day) \(Self.months[month - 1]) \(year)" }

  /// `30 Jan`.
  var short: String { "\(day) \(Self.months[month - 1].prefix(3))" }

  /// `January 2026`.
  var monthText: String { "\(Self.months[month - 1]) \(year)" }

  /// The first day of its month.
  var firstOfMonth: CalendarDay { CalendarDay(number - day + 1) }

  /// The first day of the month after it.
  var nextMonth: CalendarDay { CalendarDay(firstOfMonth.number + 31).firstOfMonth }
}

extension Date {
  /// `30 January 2026, 02:00 UTC`.
  var dashboardText: String {
    let minutes = Int((timeIntervalSince1970 / 60).rounded(.down)) % 1440
    let clock = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    return "\(CalendarDay(of: self).text), \(clock.joined(separator: ":")) UTC"
  }
}
