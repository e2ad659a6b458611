internal import Bytes
internal import Cryptography
internal import FoundationEssentials

/// What a team demands of a rehearsal before its patches may go to production.
///
/// It comes from a file outside the checkout, so that no pull request lowers it, and a receipt binds
/// its hash: whoever migrates judges by the same policy as whoever rehearsed.
public struct PolicyFile: Codable, Sendable, Equatable {
  /// What is demanded of drift outside of what the patches touch.
  public enum Drift: String, Codable, Sendable, CaseIterable {
    /// It is told and does not refuse.
    case told
    /// It refuses.
    case strict
  }

  /// Hazards that fail, by id.
  public var failingHazards: [String] = []
  /// Hazards that never fail, by id.
  public var allowedHazards: [String] = []
  /// The mildest severity at which hazards fail; nil leaves what the catalogue says.
  public var failingSeverity: Hazard.Severity?
  /// The longest that others may be locked out of a table, in seconds.
  public var lockSeconds: Double?
  /// The largest table that may be written again, in bytes.
  public var rewriteBytes: Int?
  /// The most write-ahead log that one patch may write, in bytes.
  public var walBytes: Int?
  /// The longest that all patches together may take, in seconds.
  public var totalSeconds: Double?
  /// The greatest age of the rehearsed data, in seconds; at the rehearsal and at the migration.
  public var snapshotMaxAge: Double?
  /// The least that a rehearsal must have had of each table that its patches touch.
  public var coverage: Coverage?
  /// How long a receipt is good, in seconds; a day where it is not said.
  public var receiptLifetime: Double?
  /// What drift outside of what the patches touch means.
  public var drift = Drift.told

  /// A policy that demands nothing.
  public init() {}

  /// What a receipt binds: SHA-256 of what the policy says, in hexadecimal.
  ///
  /// A comment or another order of keys in the file changes nothing.
  public func hash() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return Hex.text(try SHA256.hash(Array(try encoder.encode(self))))
  }
}

extension Hazard.Severity: Codable {}

extension PolicyFile {
  /// What hazards do to the verdict under this policy, and above which figures.
  ///
  /// An id counts more than a severity.
  public func apply(to policy: inout Verdict.Policy) {
    if let lockSeconds { policy.blockedLimit = lockSeconds }
    if let rewriteBytes { policy.rewriteLimit = rewriteBytes }
    for hazard in Hazard.all {
      if failingHazards.contains(hazard.id) {
        policy.stances[hazard.id] = .fails
      } else if allowedHazards.contains(hazard.id) {
        policy.stances[hazard.id] = .told
      } else if let failingSeverity, hazard.severity <= failingSeverity {
        policy.stances[hazard.id] = .fails
      }
    }
  }
}
