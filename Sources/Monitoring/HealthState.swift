/// How something stands; the order says which of two is told first.
public enum HealthState: String, Sendable, CaseIterable, Comparable {
  /// All is well.
  case good
  /// It could not be found out.
  case unknown
  /// Somebody should look at it by day.
  case warning
  /// Somebody should look at it now.
  case critical

  /// The less urgent first.
  public static func < (one: HealthState, other: HealthState) -> Bool { one.rank < other.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
