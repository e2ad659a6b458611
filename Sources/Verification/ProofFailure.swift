internal import FoundationEssentials

/// That a verification found something wrong with a snapshot, and when; kept beside the proofs.
///
/// Without it a damaged snapshot would have its turn every night and no other one, and whoever
/// looks at the repository would be shown the proof of before.
public struct ProofFailure: Codable, Sendable, Equatable {
  /// The version of this description.
  public var version = 1
  /// The snapshot's name.
  public var snapshot: String
  /// The level that it failed.
  public var level: Proof.Level
  /// When, in seconds since 1970.
  public var failed: Int
  /// How many things were wrong.
  public var findings: Int
  /// The first of them: the object, and what is wrong with it.
  public var reason: String
  /// The version of the program.
  public var tool: String

  /// Makes a failure.
  public init(
    snapshot: String,
    level: Proof.Level,
    failed: Int,
    findings: Int,
    reason: String,
    tool: String
  ) {
    self.snapshot = snapshot
    self.level = level
    self.failed = failed
    self.findings = findings
    self.reason = reason
    self.tool = tool
  }

  /// Reads a failure's bytes; throws a decoding error where they are not one.
  public init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(ProofFailure.self, from: Data(bytes))
  }

  /// The bytes: JSON with sorted keys.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
