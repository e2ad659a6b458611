public import Catalog
internal import FoundationEssentials

/// A signed statement that exactly these patches ran on exactly this schema.
///
/// `migrate` runs only with one. Whatever could make production differ from the rehearsal is bound
/// in it, so a changed byte of a patch, another target or a drifted table refuses.
public struct Receipt: Codable, Sendable, Equatable {
  /// A patch as it was rehearsed.
  public struct Patch: Codable, Sendable, Equatable {
    /// The version.
    public var version: String
    /// The file.
    public var file: String
    /// SHA-256 of the bytes.
    public var hash: String
    /// SHA-256 of the undo file's bytes, if there is one.
    public var undoHash: String?
    /// SHA-256 of the verify file's bytes, if there is one.
    public var verifyHash: String?
    /// Whether it ran outside a transaction; nil in receipts that do not tell.
    ///
    /// The name of its file, or a file beside it, may say so, and no hash covers those.
    public var isOutsideTransaction: Bool?
    /// The same of its undo file; nil where there is none.
    public var isUndoOutsideTransaction: Bool?
    /// What it must do to the schema.
    public var changes: ChangeSet
    /// The tables that it locked or wrote again.
    public var tables: [String]
    /// What taking it back must do; nil where that was not rehearsed with success.
    public var reversal: Reversal?
    /// The variables that it and its files use, with the keyed hash of each value.
    public var variables: [String: String] = [:]
    /// How long it took in the rehearsal.
    public var seconds = 0.0
    /// How long each table was locked against writers or readers, in seconds.
    public var holdSeconds: [String: Double] = [:]
    /// The strongest lock on each table.
    public var locks: [Observation.Lock] = []
    /// Bytes of write-ahead log that it wrote.
    public var walBytes = 0

    /// Makes a patch.
    public init(
      version: String,
      file: String,
      hash: String,
      undoHash: String?,
      verifyHash: String?,
      changes: ChangeSet,
      tables: [String]
    ) {
      self.version = version
      self.file = file
      self.hash = hash
      self.undoHash = undoHash
      self.verifyHash = verifyHash
      self.changes = changes
      self.tables = tables
    }
  }

  /// The way back, as it was rehearsed.
  public struct Reversal: Codable, Sendable, Equatable {
    /// What it must do to the schema.
    public var changes: ChangeSet
    /// The tables that it locked or wrote again.
    public var tables: [String]
  }

  /// Whether patches are applied or taken back.
  public enum Direction: String, Codable, Sendable {
    /// They are applied.
    case up
    /// They are taken back by their undo files.
    case down
  }

  /// The database that may be migrated with it.
  public struct Target: Codable, Sendable, Equatable {
    /// The cluster's system identifier.
    public var systemIdentifier: String
    /// The database's name.
    public var database: String
    /// The database's oid.
    public var oid: Int

    /// Makes a target.
    public init(systemIdentifier: String, database: String, oid: Int) {
      self.systemIdentifier = systemIdentifier
      self.database = database
      self.oid = oid
    }
  }

  /// The version of this description that this program writes and reads.
  public static let currentVersion = 2

  /// The version of this description.
  public var version = Self.currentVersion
  /// Whether its patches are applied or taken back.
  public var direction = Direction.up
  /// Random, so that no two receipts are the same.
  public var id: String
  /// The target.
  public var target: Target
  /// The schema in which its patches run; nil for the whole database.
  public var tenant: String?
  /// The other schemas that were rehearsed in the same run, each with a receipt of its own.
  public var siblings: [String]?
  /// The role that migrates.
  public var migrator: String
  /// The session in which production was to be migrated; nil where it was not reached.
  public var session: LiveSession?
  /// What people call the environment, where the configuration said so: `production`.
  public var label: String?
  /// The key of the variables' hashes.
  public var variableKey = ""
  /// The SHA-256 of the policy that judged; nil for none.
  public var policy: String?
  /// The SHA-256 of the hooks that looked at the scratch; nil for none.
  public var hooks: String?
  /// How much of each table that the patches touch was there; views and new tables are left out.
  public var coverage: [String: Coverage] = [:]
  /// The patches in order.
  public var patches: [Patch]
  /// The versions in the target's ledger, in order.
  public var ledger: [String]
  /// Where the target's ledger stood, as `Ledger.State.receiptPosition` counts; 0 without one.
  public var ledgerPosition: Int
  /// The schema and the environment that production must have: extensions, major, settings too.
  public var schema: SchemaFingerprint
  /// The snapshot that was rehearsed on.
  public var snapshot: String
  /// The instant that the rehearsed data show.
  public var dataTime: String
  /// Accepted hazards with their reasons, as `hazard: reason`.
  public var accepted: [String]
  /// The server that a person named for the rehearsal, as `host:port`; nil for one of Drydock's own.
  public var scratchServer: String?
  /// The version of the program.
  public var tool: String
  /// When the rehearsal ended, in seconds since 1970.
  public var created: Int
  /// When the receipt loses its worth, in seconds since 1970.
  public var expires: Int

  /// Makes a receipt, which is worth nothing until it is signed.
  public init(
    id: String,
    target: Target,
    migrator: String,
    patches: [Patch],
    ledger: [String],
    ledgerPosition: Int,
    schema: SchemaFingerprint,
    snapshot: String,
    dataTime: String,
    accepted: [String],
    tool: String,
    created: Int,
    expires: Int
  ) {
    self.id = id
    self.target = target
    self.migrator = migrator
    self.patches = patches
    self.ledger = ledger
    self.ledgerPosition = ledgerPosition
    self.schema = schema
    self.snapshot = snapshot
    self.dataTime = dataTime
    self.accepted = accepted
    self.tool = tool
    self.created = created
    self.expires = expires
  }

  /// The instant that the rehearsed data show, in seconds since 1970; nil where it is no time.
  public var dataSeconds: Double? {
    let strategy = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    return (try? strategy.parse(dataTime))?.timeIntervalSince1970
  }

  /// The bytes that are signed: JSON with sorted keys.
  func canonical() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self))
  }
}
