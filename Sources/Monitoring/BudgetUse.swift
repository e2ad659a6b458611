public import FoundationEssentials

/// How much of a limit is used.
public struct BudgetUse: Sendable, Equatable {
  /// What is limited.
  public enum Kind: String, Sendable, CaseIterable {
    /// Bytes of the repository.
    case size
    /// Bytes that it grows in a month.
    case growth
    /// Money in a month.
    case cost
    /// Bytes of the disk under it.
    case disk
  }

  /// What is limited.
  public var kind: Kind
  /// How much is used.
  public var used: Double
  /// How much there is.
  public var limit: Double
  /// When the limit will be reached at the rate of the last weeks; nil where that is not in sight.
  public var reached: Date?
  /// Whether that rate was measured; see ``Growth/isMeasured``.
  public var isForecastMeasured: Bool

  /// Makes a use.
  public init(
    _ kind: Kind,
    used: Double,
    limit: Double,
    reached: Date? = nil,
    isForecastMeasured: Bool = false
  ) {
    self.kind = kind
    self.used = used
    self.limit = limit
    self.reached = reached
    self.isForecastMeasured = isForecastMeasured
  }

  /// The share that is used; 1 is all of it.
  public var share: Double { limit > 0 ? used / limit : 1 }
}
