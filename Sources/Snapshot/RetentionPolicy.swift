/// Which snapshots of a series are kept; every number counts periods that have a snapshot.
///
/// Periods are those of UTC, weeks begin on Monday, and of each period the newest snapshot stands
/// for it. A period without a snapshot takes nothing away: after a month without backups,
/// `daily: 7` still keeps seven days.
public struct RetentionPolicy: Sendable, Equatable {
  /// The newest snapshots, whatever their time.
  public var last = 0
  /// The newest of each of so many hours.
  public var hourly = 0
  /// The newest of each of so many days.
  public var daily = 0
  /// The newest of each of so many weeks.
  public var weekly = 0
  /// The newest of each of so many months.
  public var monthly = 0
  /// The newest of each of so many years.
  public var yearly = 0
  /// Tags that protect a snapshot: `release` for any value, or `release=2026.1`.
  public var tags: [String] = []
  /// Snapshots of a series that stay whatever the rules say; never less than 1.
  public var minimum = 1

  /// A policy that keeps nothing but the minimum.
  public init() {}

  /// Whether no rule says what to keep.
  public var isEmpty: Bool {
    last == 0 && tags.isEmpty && RetentionPeriod.allCases.allSatisfy { count(of: $0) == 0 }
  }

  /// How many periods of a length are kept.
  func count(of period: RetentionPeriod) -> Int {
    switch period {
    case .hour: hourly
    case .day: daily
    case .week: weekly
    case .month: monthly
    case .year: yearly
    }
  }
}
