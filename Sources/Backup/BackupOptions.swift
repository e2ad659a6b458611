/// What a backup is asked to do.
public struct BackupOptions: Sendable {
  /// Connections that read rows at the same time.
  public var jobs = 2
  /// Attached to the snapshot.
  public var tags: [String: String] = [:]
  /// The zstd level of chunks.
  public var compressionLevel = 1
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
  /// The version of this program, for the manifest.
  public var tool = "drydock"

  /// Whether something of the database is left out.
  public var isPartial: Bool {
    !(schemas.isEmpty && tables.isEmpty && excludedTables.isEmpty && excludedData.isEmpty)
  }

  /// All of a database, two connections.
  public init() {}
}
