/// A day of the week, as configuration, systemd and cron name it.
public enum Weekday: Int, Sendable, CaseIterable, Comparable {
  /// Monday.
  case mon
  /// Tuesday.
  case tue
  /// Wednesday.
  case wed
  /// Thursday.
  case thu
  /// Friday.
  case fri
  /// Saturday.
  case sat
  /// Sunday.
  case sun

  /// Reads `mon`; nil for anything else.
  public init?(_ text: String) {
    guard let found = Self.allCases.first(where: { $0.name == text }) else { return nil }
    self = found
  }

  /// The word: `mon`.
  public var name: String { "\(self)" }

  /// The name that systemd writes itself: `Mon`.
  var systemdName: String { name.prefix(1).uppercased() + name.dropFirst() }

  /// The number of a crontab (crontab(5)): 1 for Monday, 7 for Sunday.
  var cronNumber: Int { rawValue + 1 }

  /// Monday comes first.
  public static func < (left: Weekday, right: Weekday) -> Bool { left.rawValue < right.rawValue }
}
