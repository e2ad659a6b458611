/// Who writes into a repository now, and who left without a word.
public struct LeaseSummary: Sendable, Equatable {
  /// The hosts of writers whose leases are good, the one that began first before the others.
  public var writers: [String]
  /// How many leases ran out: their writers were killed, or lost their connection.
  public var expired: Int
}

extension Repository {
  /// Reads all leases; blocks.
  ///
  /// - Returns: What they say.
  /// - Throws: What the store throws.
  public func leaseSummary() throws -> LeaseSummary {
    let leases = try LeaseList(self)
    return LeaseSummary(
      writers: leases.live.sorted { $0.started < $1.started }.map(\.host),
      expired: leases.expired.count
    )
  }
}
