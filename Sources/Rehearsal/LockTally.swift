/// Sums up, from sample to sample, for how long locks were held.
///
/// A lock counts from the sample that shows it first to the first that does not, so that its time is
/// at most one period too long and never too short by more than what lay between two samples.
struct LockTally {
  private var totals: [Look.Lock: Double] = [:]
  private var last: (locks: Set<Look.Lock>, time: Double)?

  /// Takes a sample.
  ///
  /// - Parameters:
  ///   - locks: what is held.
  ///   - time: when, in seconds on any clock that only goes forward.
  mutating func take(_ locks: Set<Look.Lock>, at time: Double) {
    if let last {
      for lock in last.locks { totals[lock, default: 0] += time - last.time }
    }
    last = (locks, time)
  }

  /// Each lock that was seen, with the seconds that it was held.
  var held: [Look.Lock: Double] { totals }

  /// For each relation the strongest mode, with the seconds that it was held in that mode.
  var strongest: [Int: (mode: String, seconds: Double)] {
    var found: [Int: (mode: String, seconds: Double)] = [:]
    for (lock, seconds) in totals {
      guard Self.isStronger(lock.mode, than: found[lock.relation]?.mode) else { continue }
      found[lock.relation] = (lock.mode, seconds)
    }
    return found
  }

  private static func isStronger(_ mode: String, than other: String?) -> Bool {
    guard let other else { return true }
    let place = { (mode: String) in modes.firstIndex(of: mode) ?? modes.count }
    return place(mode) > place(other)
  }

  /// From weak to strong (manual, 13.3.1).
  private static let modes = [
    "AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock", "ShareLock",
    "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock",
  ]
}
