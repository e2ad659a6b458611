/// What a repair would do: the rows that were selected, and a token that stands for exactly those.
public struct TransitionPlan: Sendable, Equatable {
  /// The database.
  public var database: String
  /// What is done to each row.
  public var change: String
  /// The ids, in order.
  public var ids: [String]
  /// Rows in one transaction.
  public var batch: Int
  /// The pause between two.
  public var pause: Duration
  /// Proof that somebody saw this plan: as many rows, and a hash of database, change, statement and
  /// ids.
  public var token: String

  /// How many transactions it takes.
  public var batches: Int { ids.isEmpty ? 0 : (ids.count - 1) / batch + 1 }
}
