internal import Digests

/// The rows of one table before and after a patch: how many, and a digest of what they hold.
///
/// A digest is keyed with the repository's seed, so it tells nothing about the rows to others.
public struct TableRows: Codable, Sendable, Equatable {
  /// Rows of a table at one moment.
  public struct Sum: Codable, Sendable, Equatable {
    /// How many.
    public var rows: Int
    /// The sum of their digests, whatever their order.
    public var digest: String
  }

  /// Rows that only one of two moments has; a row that was changed counts on both sides.
  public struct Difference: Codable, Sendable, Equatable {
    /// Rows that were there before and are not any more.
    public var removed = 0
    /// Rows that are there now and were not before.
    public var added = 0
  }

  /// The table, quoted where SQL needs it.
  public var table: String
  /// Before; nil where it was not there or was not read.
  public var before: Sum?
  /// After; nil where it is not there any more or was not read.
  public var after: Sum?
  /// Why its rows are not known before or after; nil where they are.
  public var unread: String?
  /// Which rows differ, where that was counted: of a table that an undo file did not bring back.
  public var difference: Difference?

  /// Whether both are known and the same.
  public var isSame: Bool { before != nil && before == after }
  /// Whether both are known and differ.
  public var differs: Bool { before != nil && after != nil && before != after }
}
