public import Repository

/// What of one snapshot cannot be restored, in the terms of the database, and what can.
public struct SnapshotLoss: Sendable, Equatable {
  /// One part that is lost.
  public struct Part: Sendable, Equatable {
    /// Which part.
    public var subject: Subject
    /// The packs because of which it is lost, by name; none where no index names the chunk.
    public var causes: [String]
  }

  /// Which part of a snapshot.
  public enum Subject: Sendable, Equatable {
    /// All of it, since its manifest cannot be read.
    case everything
    /// The definition of the schema.
    case schema
    /// Roles and tablespaces; everything else restores where they exist already.
    case roles
    /// The fingerprint of the schema, which only comparisons need.
    case fingerprint
    /// Rows of a table.
    case rows(LostRows)
    /// One large object, by oid, with its size in bytes.
    case largeObject(oid: Int, bytes: Int)
    /// A list of large objects; they are at most so many.
    case largeObjects(atMost: Int)
    /// Pieces of a file of an imported dump, by name; bytes are nil where their list is lost too.
    case dumpFile(String, bytes: Int?)
  }

  /// What the snapshot holds of each kind, and how much of it can be restored.
  public struct Whole: Sendable, Equatable {
    /// All tables that have rows of their own.
    public var tables = 0
    /// Those of which every row can be restored.
    public var wholeTables = 0
    /// Rows of all tables.
    public var rows = 0
    /// Rows that can be restored for certain.
    public var restorableRows = 0
    /// Sequences; their values stand in the manifest, so they can all be restored.
    public var sequences = 0
    /// All large objects.
    public var largeObjects = 0
    /// Large objects that can be restored for certain.
    public var restorableLargeObjects = 0
    /// Files of an imported dump.
    public var files = 0
    /// Those of which every byte can be restored.
    public var wholeFiles = 0
  }

  /// The snapshot.
  public var snapshot: SnapshotName
  /// The instant that its data show; nil when the manifest cannot be read.
  public var taken: String?
  /// The database; nil likewise.
  public var database: String?
  /// What is lost, in the order of the manifest.
  public var parts: [Part]
  /// What there is beside it.
  public var whole = Whole()

  /// A snapshot whose manifest cannot be read.
  public init(unreadable snapshot: SnapshotName) {
    self.snapshot = snapshot
    parts = [Part(subject: .everything, causes: ["snapshots/\(snapshot)"])]
  }

  init(_ snapshot: SnapshotName, _ manifest: Manifest) {
    self.snapshot = snapshot
    taken = manifest.taken
    database = manifest.database.name
    parts = []
  }
}

/// Rows of a table that cannot be restored: those of consecutive stripes.
public struct LostRows: Sendable, Equatable {
  /// The table, as `schema.name`.
  public var table: String
  /// The first stripe and the last one, from 0.
  public var stripes: ClosedRange<Int>
  /// Heap pages of the source that held the rows, from 0; nil where the table has no such pages.
  public var pages: ClosedRange<Int>?
  /// How many rows; nil where the list that says so is lost too.
  public var rows: Int?
  /// How many rows of the table stand before them; nil likewise.
  public var rowsBefore: Int?
  /// Whether some rows in between can be restored: damage in very many places is told as one.
  public var isScattered = false
}
