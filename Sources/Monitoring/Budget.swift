public import FoundationEssentials

/// What a repository may take and cost.
///
/// Nothing is ever stopped for a budget: a backup that does not happen costs more than the disk.
public struct Budget: Sendable, Equatable {
  /// Bytes that it may take.
  public var size: Int?
  /// Bytes by which it may grow in a month.
  public var growth: Int?
  /// What a GiB costs in a month.
  public var price: Double?
  /// What it may cost in a month.
  public var cost: Double?

  /// A budget; nil leaves a thing without limit.
  public init(
    size: Int? = nil,
    growth: Int? = nil,
    price: Double? = nil,
    cost: Double? = nil
  ) {
    self.size = size
    self.growth = growth
    self.price = price
    self.cost = cost
  }

  /// Whether nothing is limited.
  public var isEmpty: Bool { self == Budget() }

  /// The share from which on anybody is told.
  static let threshold = 0.8
  /// The share of a disk at which it is critical: what is left may not hold the next snapshot.
  static let fullDisk = 0.95

  /// What a number of bytes costs in a month; nil without a price.
  public func monthlyCost(of bytes: Int) -> Double? {
    price.map { Double(bytes) / Double(1 << 30) * $0 }
  }

  /// How much of each limit is used.
  public func uses(of storage: StorageFacts, now: Date) -> [BudgetUse] {
    var uses: [BudgetUse] = []
    let growth = storage.growth
    if let size {
      uses.append(
        BudgetUse(
          .size,
          used: Double(storage.bytes),
          limit: Double(size),
          reached: growth?.time(of: size - storage.bytes, from: now),
          isForecastMeasured: growth?.isMeasured ?? false
        )
      )
    }
    if let limit = self.growth, let growth {
      uses.append(
        BudgetUse(.growth, used: Double(max(0, growth.bytesPerMonth)), limit: Double(limit))
      )
    }
    if let cost, let price, price > 0, let used = monthlyCost(of: storage.bytes) {
      let bytes = Int(min(cost / price * Double(1 << 30), 1e18))
      uses.append(
        BudgetUse(
          .cost,
          used: used,
          limit: cost,
          reached: growth?.time(of: bytes - storage.bytes, from: now),
          isForecastMeasured: growth?.isMeasured ?? false
        )
      )
    }
    if let disk = storage.disk, disk.size > 0 {
      uses.append(
        BudgetUse(
          .disk,
          used: Double(disk.size - disk.free),
          limit: Double(disk.size),
          reached: growth?.time(of: disk.free, from: now),
          isForecastMeasured: growth?.isMeasured ?? false
        )
      )
    }
    return uses
  }

  /// What there is to say of it: everything of which four fifths are used.
  ///
  /// A budget is a warning, also when it is exceeded; a repository that may not grow any more, for
  /// its size or its disk, is critical.
  public func findings(of storage: StorageFacts, now: Date) -> [JudgedFinding] {
    uses(of: storage, now: now).filter { $0.share >= Self.threshold }.map { use in
      let isFull =
        switch use.kind {
        case .disk: use.share >= Self.fullDisk
        case .size: use.share >= 1
        case .growth, .cost: false
        }
      return JudgedFinding(isFull ? .critical : .warning, .budget(use))
    }
  }
}
