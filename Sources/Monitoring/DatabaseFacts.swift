public import FoundationEssentials
public import Verification

/// What a repository knows of one database: its snapshots and what was proven of them.
///
/// A database is its name and its cluster. A copy of the same name elsewhere is another one: its
/// fresh snapshots must not hide that those of the first have stopped.
public struct DatabaseFacts: Sendable, Equatable {
  /// The database's name.
  public var name: String
  /// The cluster's system identifier; empty where an imported dump does not say it.
  public var systemIdentifier: String
  /// Oldest first.
  public var snapshots: [SnapshotFacts]

  /// Makes facts.
  public init(name: String, systemIdentifier: String, snapshots: [SnapshotFacts] = []) {
    self.name = name
    self.systemIdentifier = systemIdentifier
    self.snapshots = snapshots
  }

  /// The name with the cluster, as `shop@7421034112233445566`.
  public var fullName: String { "\(name)@\(systemIdentifier)" }

  /// Whether a person who writes this means the database, with its cluster or without; byte by byte,
  /// as servers compare names.
  public func isCalled(_ text: String) -> Bool {
    text.utf8.elementsEqual(name.utf8) || text.utf8.elementsEqual(fullName.utf8)
  }

  /// Whether nobody but importers ever put anything here.
  public var isOnlyImported: Bool { snapshots.allSatisfy(\.isImported) }

  /// The snapshots whose age counts: whole ones; partial ones where there is nothing whole, and
  /// imported ones where there is nothing else.
  public var countable: [SnapshotFacts] {
    let taken = snapshots.filter { !$0.isImported }
    let whole = taken.filter { !$0.isPartial }
    return !whole.isEmpty ? whole : !taken.isEmpty ? taken : snapshots
  }

  /// The newest snapshot that counts and is not from the future.
  public func newest(at now: Date) -> SnapshotFacts? {
    countable.last { !$0.isFuture(at: now) }
  }

  /// The last proof of any snapshot that says at least as much as a level.
  public func lastProof(_ level: Proof.Level) -> Proof? {
    snapshots.flatMap(\.standingProofs).filter { $0.says(level) }.max { $0.proven < $1.proven }
  }

  /// The last proof of a level that is not from the future: such a one would be fresh for ever.
  public func lastProof(_ level: Proof.Level, at now: Date) -> Proof? {
    let limit = now.timeIntervalSince1970 + SnapshotFacts.clockTolerance
    return snapshots.flatMap(\.standingProofs)
      .filter { $0.says(level) && Double($0.proven) <= limit }
      .max { $0.proven < $1.proven }
  }

  /// The last proof of the highest level that was ever reached.
  public func bestProof(at now: Date) -> Proof? {
    Proof.Level.allCases.reversed().lazy.compactMap { lastProof($0, at: now) }.first
  }

  /// The last restore that was done to prove a snapshot: when, of which, and how long it took.
  public var lastRestore: (proof: Proof, seconds: Double)? {
    guard let proof = lastProof(.restore), let seconds = proof.restoreSeconds else { return nil }
    return (proof, seconds)
  }
}

extension SnapshotFacts {
  /// What two clocks may differ by before anybody is told, in seconds.
  public static let clockTolerance = 300.0

  /// Whether it shows an instant that has not come yet.
  public func isFuture(at now: Date) -> Bool {
    taken.timeIntervalSince(now) > Self.clockTolerance
  }
}

extension Proof {
  /// Whether it proves a level.
  ///
  /// A sample of the rows proves none of them whole, but that every object was there.
  func says(_ level: Level) -> Bool {
    covers(level) || (sample != nil && level == .presence)
  }
}
