public import Catalog
public import Migration

/// What a rehearsal saw one statement do.
public struct Observation: Codable, Sendable, Equatable {
  /// A lock on a table that was there before the patch.
  public struct Lock: Codable, Sendable, Equatable, Hashable {
    /// The table, quoted where SQL needs it.
    public var table: String
    /// The mode, as `pg_locks` names it: `AccessExclusiveLock`.
    public var mode: String
  }

  /// A table that got a new file: every row was written again, or thrown away.
  public struct Rewrite: Codable, Sendable, Equatable {
    /// Why, as far as the server says (`pg_event_trigger_table_rewrite_reason`, manual, 9.30).
    public enum Reason: String, Codable, Sendable, CaseIterable {
      /// It becomes logged or unlogged.
      case persistence
      /// A new column's default has to be computed for each row.
      case defaultValue
      /// A column changes its type.
      case columnType
      /// It changes its access method.
      case accessMethod
      /// Nothing was written: the new file is empty, as after TRUNCATE.
      case emptied
    }

    /// The table.
    public var table: String
    /// Its size before, in bytes.
    public var bytes: Int
    /// Why; nil for commands that always write again: CLUSTER, VACUUM FULL, REFRESH.
    public var reason: Reason?
    /// Its size after, in bytes.
    public var bytesAfter = 0
  }

  /// A full scan of a table that was there before the patch.
  public struct Scan: Codable, Sendable, Equatable {
    /// The table.
    public var table: String
    /// Its size, in bytes.
    public var bytes: Int
    /// Whether the transaction holds a lock that stops writers meanwhile.
    public var isUnderLock: Bool
  }

  /// Why a statement failed; without what may hold row data.
  public struct Failure: Codable, Sendable, Equatable {
    /// The SQLSTATE, if the server gave one.
    public var sqlState: String?
    /// The server's primary message.
    public var message: String
    /// The server's hint.
    public var hint: String?
  }

  /// `file:line:column`; for a failure the place that the server pointed at.
  public var place: String
  /// The beginning of the statement.
  public var headline: String
  /// How long it took here.
  public var seconds: Double
  /// How many rows it touched, as its tag says.
  public var rows: Int
  /// Bytes of write-ahead log.
  public var walBytes: Int
  /// Locks on tables that were there before the patch, ACCESS SHARE left out: those held at its end,
  /// and for a statement outside a transaction those that were seen while it ran.
  public var locks: [Lock]
  /// Tables that it wrote again.
  public var rewrites: [Rewrite]
  /// Tables that it read in full.
  public var scans: [Scan]
  /// How many notices it raised.
  public var notices: Int
  /// Why it failed, if it did.
  public var failure: Failure?
  /// How many of the notices were warnings.
  public var warnings = 0
  /// How long it held locks on tables, where it ran outside a transaction.
  ///
  /// A lock that a transaction takes stays until its end, which the patch's time tells.
  public var holds: [Hold] = []
  /// Tables whose rows or size it changed.
  public var changes: [TableChange] = []
  /// Indexes that it built again under their old name.
  public var indexRewrites: [IndexRewrite] = []
  /// What it created, temporary objects left out.
  public var created: [NamedObject] = []
  /// What it dropped, with what hung on it by CASCADE.
  public var dropped: [NamedObject] = []
  /// Bytes of temporary files; nil in a transaction, whose counts come at its end.
  public var temporaryBytes: Int?
  /// What the batches of a backfill's statement come to; nil for one that runs once.
  public var batches: BackfillTotals?
  /// Tables and columns that were there before the patch and that it dropped, by whatever way.
  public var losses: [Loss] = []
  /// Whether it ran outside a transaction.
  public var isBare = false
}

/// What a rehearsal saw of one patch.
public struct PatchObservation: Codable, Sendable, Equatable {
  /// The version.
  public var version: String
  /// The file.
  public var file: String
  /// The statements in order, up to and with one that failed.
  public var statements: [Observation]
  /// What it did to the schema; nil when it failed.
  public var changes: ChangeSet?
  /// Seconds from its first statement to its end.
  public var seconds: Double
  /// Bytes of temporary files that all of it wrote: sorts and joins beyond `work_mem`.
  public var temporaryBytes: Int?
  /// Why the patch failed, if not by a statement of its own: a verify script, a rule.
  public var problem: String?
  /// Rows of the tables that it wrote to, before and after.
  public var rows: [TableRows] = []
  /// What came of its undo file; nil when there is none or the patch failed.
  public var undo: Undo?
  /// The undo file, where it ran.
  public var undoFile: String?
  /// The statements of the undo file, up to and with one that failed.
  public var undoStatements: [Observation] = []
  /// Rows of the tables that the patch or its undo file wrote to, before the patch and after both.
  public var undoRows: [TableRows] = []
  /// Why the undo file failed, if not by a statement of its own.
  public var undoProblem: String?
  /// Seconds from its last statement to COMMIT, while its locks are held: deferred constraints and
  /// the verify script.
  public var tailSeconds = 0.0

  /// What came of taking a patch back.
  public enum Undo: String, Codable, Sendable {
    /// The schema was as before.
    case cancels
    /// It ran, but the schema was not as before.
    case differs
    /// It failed.
    case fails
  }

  /// Whether all of it ran.
  public var succeeded: Bool { problem == nil && !statements.contains { $0.failure != nil } }
}
