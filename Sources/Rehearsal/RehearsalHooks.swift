internal import Bytes
internal import Cryptography
internal import FoundationEssentials

/// Programs that look at the scratch of a rehearsal: the application's own tests, for example.
///
/// They come from a configuration outside the checkout, and a receipt binds their hash: one that was
/// made without them does not count where they are configured.
public struct RehearsalHooks: Codable, Sendable, Equatable {
  /// One program.
  public struct Hook: Codable, Sendable, Equatable {
    /// The program and its arguments.
    public var words: [String]
    /// After so many seconds it is stopped, and has failed.
    public var limit: Double

    /// Describes a program.
    public init(_ words: [String], limit: Double = 600) {
      self.words = words
      self.limit = limit
    }

    /// What messages call it.
    public var name: String {
      words.first.map { String($0.split(separator: "/").last ?? "") } ?? ""
    }
  }

  /// When a hook runs.
  public enum Moment: String, Codable, Sendable {
    /// On production as it is, before the first pending patch; it may only look.
    case before
    /// When all pending patches are applied.
    case after
  }

  /// Run on the restored snapshot, in order.
  public var before: [Hook] = []
  /// Run on the migrated scratch, in order.
  public var after: [Hook] = []

  /// No hooks.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { before.isEmpty && after.isEmpty }

  /// What a receipt binds: SHA-256 of programs, arguments and limits, in hexadecimal; nil for no hooks.
  ///
  /// What the programs do is not in it: they lie outside the checkout, as it does.
  public func hash() throws -> String? {
    guard !isEmpty else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Hex.text(try SHA256.hash(Array(try encoder.encode(self))))
  }
}

/// What came of one hook.
public struct HookObservation: Sendable, Equatable {
  /// When it ran.
  public var moment: RehearsalHooks.Moment
  /// What messages call it.
  public var name: String
  /// How long it took, in seconds.
  public var seconds: Double
  /// Why it failed, with the end of what it said; nil where it did not.
  public var failure: String?
}
