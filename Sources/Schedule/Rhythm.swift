/// When a task is due, in local time.
///
/// A rhythm is what a timer of systemd, a line of a crontab and Drydock itself can all say, so that a
/// plan means the same whoever wakes it.
public enum Rhythm: Sendable, Equatable {
  /// Every so many minutes, counted from midnight; the number divides an hour, or is whole hours that
  /// divide a day.
  case every(minutes: Int)
  /// At times of day, on some days.
  case at([TimeOfDay], Days)

  /// The days of a rhythm.
  public enum Days: Sendable, Equatable {
    /// Every day.
    case all
    /// Some days of the week.
    case week([Weekday])
    /// One day of each month, 1 to 28: every month has those.
    case month(Int)
  }

  /// The last day that every month has.
  public static let lastDayOfEveryMonth = 28

  /// Makes a rhythm of a fixed length; nil where an hour or a day is no multiple of it.
  public init?(every length: Duration) {
    let minutes = Int(length / .seconds(60))
    guard minutes > 0, Duration.seconds(60 * minutes) == length else { return nil }
    let fits = minutes <= 60 ? 60 % minutes == 0 : minutes % 60 == 0 && 1440 % minutes == 0
    guard fits else { return nil }
    self = .every(minutes: minutes)
  }

  /// What people read: `every 15m`, `daily at 02:15`, `sun at 04:00`, `day 1 at 05:00`.
  public var text: String {
    switch self {
    case .every(let minutes):
      return minutes % 60 == 0 ? "every \(minutes / 60)h" : "every \(minutes)m"
    case .at(let times, let days):
      let clock = times.sorted().map(\.description).joined(separator: ", ")
      switch days {
      case .all: return "daily at \(clock)"
      case .week(let week):
        return "\(week.sorted().map(\.name).joined(separator: ", ")) at \(clock)"
      case .month(let day): return "day \(day) at \(clock)"
      }
    }
  }

  /// The shortest time between two runs, when no clock is changed.
  public var shortestPause: Duration {
    switch self {
    case .every(let minutes): return .seconds(60 * minutes)
    case .at(let times, let days):
      let sorted = times.sorted()
      let within = zip(sorted, sorted.dropFirst()).map { $1.minutes - $0.minutes }.min() ?? 1440
      guard case .all = days, let first = sorted.first, let last = sorted.last else {
        return .seconds(60 * within)
      }
      return .seconds(60 * min(within, 1440 - last.minutes + first.minutes))
    }
  }
}
