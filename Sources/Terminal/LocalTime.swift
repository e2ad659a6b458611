import Glibc

/// The time zone of this machine, or of the variable `TZ`, as the C library knows it (tzset(3)).
///
/// Foundation's own zones need ICU, whose data would be half of the program.
public enum LocalTime {
  /// How far the clock on the wall is before UTC (localtime_r(3)).
  ///
  /// - Parameter instant: Seconds since 1970.
  /// - Returns: Seconds, below 0 west of Greenwich.
  public static func offset(at instant: Int) -> Int {
    var time = time_t(instant)
    var parts = unsafe tm()
    tzset()
    guard unsafe localtime_r(&time, &parts) != nil else { return 0 }
    return unsafe parts.tm_gmtoff
  }
}
