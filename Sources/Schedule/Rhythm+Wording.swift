extension Rhythm {
  /// The values of `OnCalendar=` that mean the same (systemd.time(7), "Calendar Events").
  public var systemdCalendar: [String] {
    switch self {
    case .every(let minutes) where minutes < 60: return ["*-*-* *:00/\(TimeOfDay.two(minutes)):00"]
    case .every(minutes: 60): return ["*-*-* *:00:00"]
    case .every(minutes: 1440): return ["*-*-* 00:00:00"]
    case .every(let minutes): return ["*-*-* 00/\(TimeOfDay.two(minutes / 60)):00:00"]
    case .at(let times, let days):
      let date =
        switch days {
        case .all: "*-*-*"
        case .week(let week):
          week.sorted().map(\.systemdName).joined(separator: ",") + " *-*-*"
        case .month(let day): "*-*-\(TimeOfDay.two(day))"
        }
      return times.sorted().map { "\(date) \($0):00" }
    }
  }

  /// The first five fields of the lines of a crontab that mean the same (crontab(5)).
  public var cronFields: [String] {
    switch self {
    case .every(let minutes) where minutes < 60: return ["*/\(minutes) * * * *"]
    case .every(minutes: 60): return ["0 * * * *"]
    case .every(minutes: 1440): return ["0 0 * * *"]
    case .every(let minutes): return ["0 */\(minutes / 60) * * *"]
    case .at(let times, let days):
      let date =
        switch days {
        case .all: "* * *"
        case .week(let week):
          "* * " + week.sorted().map { "\($0.cronNumber)" }.joined(separator: ",")
        case .month(let day): "\(day) * *"
        }
      return times.sorted().map { "\($0.minute) \($0.hour) \(date)" }
    }
  }
}
