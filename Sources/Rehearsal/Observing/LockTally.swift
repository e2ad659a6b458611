/// Sums up, from sample to sample, for how long locks were held.
///
/// A lock counts from the sample that shows it first to the first that does not, so that its time is
/// at most one period too long and never too short by more than what lay between two samples.
struct LockTally {
  private var totals: [Look.Lock: Double] = [:]
  private var blocked: [Int: Double] = [:]
  private var last: (locks: Set<Look.Lock>, time: Double)?

  /// Takes a sample.
  ///
  /// - Parameters:
  ///   - locks: what is held.
  ///   - time: when, in seconds on any clock that only goes forward.
  mutating func take(_ locks: Set<Look.Lock>, at time: Double) {
    if let last {
      for lock in last.locks { totals[lock, default: 0] += time - last.time }
      let tables = Set(last.locks.filter(\.stopsWriters).map(\.relation))
      for table in tables { blocked[table, default: 0] += time - last.time }
    }
    last = (locks, time)
  }

  /// Each lock that was seen, with the seconds that it was held.
  var held: [Look.Lock: Double] { totals }

  /// For how many seconds nobody could write to a relation, in whatever mode it was locked.
  func blockedSeconds(of relation: Int) -> Double { blocked[relation] ?? 0 }

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
    guard let other = other.flatMap(LockMode.init(rawValue:)), let mode = LockMode(rawValue: mode)
    else {
      return other == nil
    }
    return mode > other
  }
}
