internal import FoundationEssentials

/// A length of time by which snapshots are thinned out.
enum RetentionPeriod: String, Sendable, CaseIterable {
  case hour = "hourly"
  case day = "daily"
  case week = "weekly"
  case month = "monthly"
  case year = "yearly"

  /// The period that a moment lies in, in UTC: `2026-01-31`, `2026-W05`, `2026-01`.
  func name(of time: Date) -> String {
    let parts = Self.calendar.dateComponents([.year, .month, .day, .hour], from: time)
    let year = Self.digits(parts.year, 4)
    let month = "\(year)-\(Self.digits(parts.month, 2))"
    let day = "\(month)-\(Self.digits(parts.day, 2))"
    switch self {
    case .hour: return "\(day)T\(Self.digits(parts.hour, 2))"
    case .day: return day
    case .week:
      let week = Self.calendar.dateComponents([.yearForWeekOfYear, .weekOfYear], from: time)
      return "\(Self.digits(week.yearForWeekOfYear, 4))-W\(Self.digits(week.weekOfYear, 2))"
    case .month: return month
    case .year: return year
    }
  }

  // Weeks as in ISO 8601, and no time zone that a host was set to.
  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = .gmt
    return calendar
  }()

  private static func digits(_ value: Int?, _ count: Int) -> String {
    let text = String(value ?? 0)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
