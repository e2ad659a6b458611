public import FoundationEssentials
public import Repository

/// What becomes of each snapshot under a policy, and why.
public struct RetentionPlan: Sendable, Equatable {
  /// What a policy needs to know of a snapshot.
  public struct Candidate: Sendable, Equatable {
    /// The snapshot.
    public var name: SnapshotName
    /// The series that it belongs to.
    public var series: SnapshotSeries
    /// The instant that its data show.
    public var taken: Date
    /// What people attached.
    public var tags: [String: String]
    /// Whether a backup that runs now builds upon it.
    public var isInUse: Bool

    /// Makes a candidate.
    public init(
      name: SnapshotName,
      series: SnapshotSeries,
      taken: Date,
      tags: [String: String] = [:],
      isInUse: Bool = false
    ) {
      self.name = name
      self.series = series
      self.taken = taken
      self.tags = tags
      self.isInUse = isInUse
    }
  }

  /// What becomes of one snapshot.
  public struct Decision: Sendable, Equatable {
    /// The snapshot.
    public var candidate: Candidate
    /// Every rule that keeps it, such as `daily 2026-01-31`; empty for one that goes.
    public var reasons: [String]
    /// Whether it stays.
    public var isKept: Bool { !reasons.isEmpty }
  }

  /// One decision for each snapshot: by series, then the oldest first.
  public var decisions: [Decision]

  /// The snapshots that no rule keeps.
  public var removed: [SnapshotName] { decisions.filter { !$0.isKept }.map(\.candidate.name) }

  /// Decides for all snapshots of a repository.
  ///
  /// - Parameters:
  ///   - policy: What is kept of each series.
  ///   - candidates: All snapshots, in any order.
  public init(_ policy: RetentionPolicy, _ candidates: [Candidate]) {
    decisions = Dictionary(grouping: candidates, by: \.series)
      .sorted { $0.key < $1.key }
      .flatMap { Self.decide(policy, $0.value) }
  }

  /// What becomes of snapshots when a person names those that go.
  public init(removing named: Set<SnapshotName>, from candidates: [Candidate]) {
    decisions = candidates.map {
      Decision(candidate: $0, reasons: named.contains($0.name) ? [] : ["not named"])
    }
  }

  /// Decides within one series: the newest first by the time that the snapshots show, not by when
  /// they arrived, so that a copied or late snapshot counts where it belongs.
  private static func decide(
    _ policy: RetentionPolicy,
    _ candidates: [Candidate]
  ) -> [Decision] {
    var decisions = candidates.sorted { ($0.taken, $0.name) > ($1.taken, $1.name) }
      .map { Decision(candidate: $0, reasons: []) }
    for place in decisions.indices.prefix(max(0, policy.last)) {
      decisions[place].reasons.append("last \(place + 1)")
    }
    for period in RetentionPeriod.allCases { keep(period, policy.count(of: period), &decisions) }
    for place in decisions.indices {
      let candidate = decisions[place].candidate
      for tag in policy.tags where candidate.has(tag) {
        decisions[place].reasons.append("tag \(tag)")
      }
      if candidate.isProtected { decisions[place].reasons.append("protected") }
      if candidate.isInUse { decisions[place].reasons.append("in use by a running backup") }
    }
    keepMinimum(max(1, policy.minimum), &decisions)
    return decisions.reversed()
  }

  private static func keep(
    _ period: RetentionPeriod,
    _ count: Int,
    _ decisions: inout [Decision]
  ) {
    var seen: Set<String> = []
    for place in decisions.indices where seen.count < count {
      let name = period.name(of: decisions[place].candidate.taken)
      if seen.insert(name).inserted {
        decisions[place].reasons.append("\(period.rawValue) \(name)")
      }
    }
  }

  /// Keeps the newest ones until enough of the series stay.
  private static func keepMinimum(_ minimum: Int, _ decisions: inout [Decision]) {
    var missing = minimum - decisions.count(where: \.isKept)
    for place in decisions.indices where missing > 0 && !decisions[place].isKept {
      decisions[place].reasons.append("minimum")
      missing -= 1
    }
  }
}

extension RetentionPlan.Candidate {
  /// The tag that keeps a snapshot whatever a policy says.
  public static let protection = "protected"

  /// Whether a person has said that this snapshot stays.
  public var isProtected: Bool { tags[Self.protection] != nil }

  /// Whether a tag of a policy is on the snapshot: a key alone stands for every value.
  public func has(_ tag: String) -> Bool {
    let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let value = tags[String(parts[0])] else { return false }
    return parts.count == 1 || value == parts[1]
  }
}
