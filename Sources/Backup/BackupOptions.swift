public import Catalog
public import Repository

/// What a backup is asked to do.
public struct BackupOptions: Sendable {
  /// Connections that read rows at the same time.
  public var jobs = 2
  /// Attached to the snapshot.
  public var tags: [String: String] = [:]
  /// How hard chunks are compressed.
  public var compression = Compression.auto
  /// When a chunk is stored as the difference from the parent's.
  public var delta = DeltaPolicy.auto
  /// Only these schemas, by name; empty for all.
  public var schemas: [String] = []
  /// Only these tables' rows and definitions, by pattern as in `pg_dump --table`; empty for all.
  public var tables: [String] = []
  /// Not these tables.
  public var excludedTables: [String] = []
  /// The definition of these tables, without their rows.
  public var excludedData: [String] = []
  /// How long to wait for each batch of table locks, in milliseconds.
  public var lockTimeout = 30_000
  /// The directory with `pg_dump`, where it should not be searched for.
  public var binaryDirectory: String?
  /// The user's own queries, whose answers the snapshot keeps.
  public var questions: [Question] = []
  /// The version of this program, for the manifest.
  public var tool = "drydock"
  /// Whether every row is read, whatever the last snapshot says.
  public var isFullRead = false
  /// Days after which everything is read whole again; 0 never does.
  public var fullReadEvery = 7.0
  /// How WAL summaries may be brought up to the snapshot.
  public var checkpoint = Checkpoint.wait(seconds: nil)
  /// Whether an unbroken uptime of the server counts as proof of its history.
  public var trustsUptime = false
  /// Seconds to wait for transactions that run when the horizon is read.
  var horizonWait = 30.0
  /// The rules that this backup leaves out; a test's way to show that each of them matters.
  var omitted: Set<Precaution> = []

  /// How hard chunks are compressed.
  public enum Compression: Sendable, Equatable {
    /// As hard as the workers can keep up with.
    case auto
    /// With this zstd level; 0 stores bytes as they are.
    case level(Int)
  }

  /// How WAL summaries may be brought up to the snapshot: they end at checkpoints.
  public enum Checkpoint: Sendable, Equatable {
    /// Wait for one, at most so many seconds; nil waits only where nothing else names changed pages.
    case wait(seconds: Double?)
    /// Ask for one, which takes the right to (`pg_checkpoint`).
    case force
  }

  /// The zstd level of what is not rows.
  var level: Int {
    switch compression {
    case .auto: 1
    case .level(let level): level
    }
  }

  /// Whether something of the database is left out.
  public var isPartial: Bool {
    !(schemas.isEmpty && tables.isEmpty && excludedTables.isEmpty && excludedData.isEmpty)
  }

  /// All of a database, two connections.
  public init() {}
}
