extension Observation {
  /// The strongest lock that a statement outside a transaction held on a table, sampled.
  public struct Hold: Codable, Sendable, Equatable {
    /// The table.
    public var table: String
    /// The mode, as `pg_locks` names it.
    public var mode: String
    /// For how long, within a few milliseconds.
    public var seconds: Double
    /// For how long nobody could write to the table, in that mode or a weaker one.
    public var blockedSeconds = 0.0
  }

  /// What a statement did to a table's rows and size, triggers and functions included.
  public struct TableChange: Codable, Sendable, Equatable {
    /// The table; a partition for itself.
    public var table: String
    /// Rows that were inserted.
    public var inserted: Int
    /// Rows that were updated.
    public var updated: Int
    /// Rows that were deleted one by one; TRUNCATE counts none.
    public var deleted: Int
    /// Its size before, without indexes, in bytes.
    public var bytesBefore: Int
    /// Its size after, in bytes.
    public var bytesAfter: Int
  }

  /// A table that was dropped, or one of its columns.
  public struct Loss: Codable, Sendable, Hashable {
    /// The table, by the name that it had before the patch.
    public var table: String
    /// The column, by the name that it had when it was dropped; nil for the whole table.
    public var column: String?
  }

  /// An index that was built again and kept its name.
  public struct IndexRewrite: Codable, Sendable, Equatable {
    /// The index.
    public var index: String
    /// Its table.
    public var table: String
    /// Its size before, in bytes.
    public var bytes: Int
  }

  /// An object of the database.
  public struct NamedObject: Codable, Sendable, Hashable {
    /// The kind, as event triggers spell it: `table`, `index`, `function`.
    public var kind: String
    /// The name, quoted where SQL needs it.
    public var name: String
  }
}
