public import Verification

/// What must have happened until when; all times in seconds.
public struct HealthPolicy: Sendable, Equatable {
  /// The age at which the newest snapshot of a database is critical; a night and two hours.
  public var maxAge = 26.0 * 3600
  /// The age at which it is a warning; nil for none.
  public var warnAge: Double?
  /// The age at which the last proof is a warning, a week and a day; nil where proofs do not count.
  public var proofMaxAge: Double? = 8 * 86_400.0
  /// The age at which the last proof is critical; nil for none.
  public var proofCriticalAge: Double?
  /// What a proof must have reached to count.
  public var proofLevel = Proof.Level.content
  /// Databases of which there must be snapshots, as name or as name@cluster.
  public var expected: [String] = []
  /// Databases that are backed up no more, written in the same way; nobody is alarmed for them.
  public var retired: [String] = []

  /// The policy of those who configure nothing.
  public init() {}

  /// Whether a database is backed up no more.
  func isRetired(_ database: DatabaseFacts) -> Bool {
    retired.contains(where: database.isCalled)
  }

  /// Whether there must be snapshots of a database.
  func expects(_ database: DatabaseFacts) -> Bool {
    expected.contains(where: database.isCalled)
  }
}
