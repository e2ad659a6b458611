public import Repository
public import Verification

/// One thing that monitoring has to say; ages and limits in seconds.
public enum HealthFinding: Sendable, Equatable {
  /// A database that is expected, and of which there is no snapshot.
  case noSnapshot
  /// The newest snapshot is older than it may be.
  case stale(age: Double, limit: Double)
  /// There are snapshots, and none of them counts: all are from the future.
  case nothingPresent
  /// A snapshot that shows an instant which has not come yet, and by how much.
  case future(SnapshotName, ahead: Double)
  /// Nothing was ever proven to this level.
  case unproven(Proof.Level)
  /// The last proof of this level is older than it may be.
  case staleProof(Proof.Level, age: Double, limit: Double)
  /// A snapshot whose last verification failed, and what was wrong.
  case failedProof(SnapshotName, ProofFailure)
  /// The key in use cannot show what was proven.
  case proofsHidden
  /// It was imported only, so nobody expects another one.
  case imported
  /// The configuration says that it is backed up no more.
  case retired
  /// A snapshot that nobody can read any more, and why.
  case damaged(SnapshotName, String)
  /// How many snapshots the key in use does not show.
  case hidden(Int)
  /// There is no snapshot in the repository at all.
  case empty
  /// A budget or a disk that is nearly used up.
  case budget(BudgetUse)
  /// What the repository takes could not be found out, and why.
  case sizeUnknown(String)
}

/// A finding with its weight.
public struct JudgedFinding: Sendable, Equatable {
  /// How much it weighs.
  public var state: HealthState
  /// What it is.
  public var finding: HealthFinding

  /// Makes a judged finding.
  public init(_ state: HealthState, _ finding: HealthFinding) {
    self.state = state
    self.finding = finding
  }
}
