internal import FoundationEssentials
public import Verification

/// What became of a day, in UTC: how many snapshots, and the best that was proven of them.
public struct DayFacts: Sendable, Equatable {
  /// How many snapshots show an instant of the day.
  public var snapshots = 0
  /// The highest level that was proven of any of them.
  public var proven: Proof.Level?

  /// A day without anything.
  public init() {}
}

extension DatabaseFacts {
  /// The days on which there are snapshots, by their number since 1970.
  public var days: [Int: DayFacts] {
    snapshots.reduce(into: [:]) { days, snapshot in
      let day = Int((snapshot.taken.timeIntervalSince1970 / 86_400).rounded(.down))
      var facts = days[day] ?? DayFacts()
      facts.snapshots += 1
      facts.proven = [facts.proven, snapshot.bestProof?.level].compactMap { $0 }.max()
      days[day] = facts
    }
  }
}
