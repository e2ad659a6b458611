internal import FoundationEssentials

/// What a verification proved of a snapshot, and when; kept in the repository.
public struct Proof: Codable, Sendable, Equatable {
  /// How much is proven; each level holds those below it.
  public enum Level: Int, Codable, Sendable, CaseIterable, Comparable {
    /// Every object that the snapshot needs is there.
    case presence = 0
    /// Packs hash to their names.
    case packs = 1
    /// Every chunk opens, and row counts and digests of stripes add up to the tables'.
    case content = 2
    /// It was restored into a scratch server: rows, definition and answers are the same. See
    /// ``Proof/relations`` for its pages. An imported dump was loaded without an error, no more.
    case restore = 3

    /// Lower levels first.
    public static func < (one: Level, other: Level) -> Bool { one.rawValue < other.rawValue }
  }

  /// The version of this description.
  public var version = 1
  /// The snapshot's name.
  public var snapshot: String
  /// How much was proven.
  public var level: Level
  /// When, in seconds since 1970.
  public var proven: Int
  /// How long it took.
  public var seconds: Double
  /// How long the restore took, at level 3.
  public var restoreSeconds: Double?
  /// The share of the rows that were read at level 2, in percent; nil for all.
  public var sample: Int?
  /// How many of the user's own questions were answered as at backup time, at level 3.
  public var answers: Int?
  /// How many tables and indexes `amcheck` found sound, at level 3; nil where it did not look.
  public var relations: Int?
  /// The version of the program.
  public var tool: String

  /// Makes a proof.
  public init(
    snapshot: String,
    level: Level,
    proven: Int,
    seconds: Double,
    restoreSeconds: Double?,
    sample: Int? = nil,
    answers: Int? = nil,
    relations: Int? = nil,
    tool: String
  ) {
    self.snapshot = snapshot
    self.level = level
    self.proven = proven
    self.seconds = seconds
    self.restoreSeconds = restoreSeconds
    self.sample = sample
    self.answers = answers
    self.relations = relations
    self.tool = tool
  }

  /// Whether it says as much as one that is asked for: the level, and the share that was read.
  public func covers(_ level: Level, sample percent: Int? = nil) -> Bool {
    self.level >= level && (sample ?? 100) >= (percent ?? 100)
  }

  /// Reads a proof's bytes; throws a decoding error where they are not one.
  public init(decoding bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(Proof.self, from: Data(bytes))
  }

  /// The bytes: JSON with sorted keys.
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
