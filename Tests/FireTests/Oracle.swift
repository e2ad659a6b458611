import Postgres
import Synchronization

/// The truth: every table read whole, in the snapshot of a backup, by a connection of the test's.
///
/// It looks when the backup has read its rows. A backup may need several attempts; what was seen at
/// the last instant is what its result shows.
final class Oracle: Sendable {
  private let settings: ConnectionSettings
  private let seed: UInt64
  private let seen = Mutex<[String: TableText]>([:])

  init(_ settings: ConnectionSettings, seed: UInt64) {
    self.settings = settings
    self.seed = seed
  }

  /// The tables at the last instant, by name.
  var tables: [String: TableText] { seen.withLock { $0 } }

  /// Joins an exported snapshot and reads everything.
  func look(at snapshot: String) async throws {
    let session = try await Session.open(settings)
    let seed = self.seed
    let found = try await session.run { try Self.read($0, snapshot, seed) }
    await session.close()
    seen.withLock { $0 = found }
  }

  private static func read(
    _ connection: Connection,
    _ snapshot: String,
    _ seed: UInt64
  ) throws -> [String: TableText] {
    try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    try connection.execute("SET TRANSACTION SNAPSHOT \(SQL.literal(snapshot))")
    try connection.setTransferSettings(forReading: true)
    var tables: [String: TableText] = [:]
    for (table, columns) in try columns(connection) {
      tables[table] = try TableText(
        reading: SQL.identifier("public", table),
        columns: columns,
        seed: seed,
        on: connection
      )
    }
    try connection.execute("ROLLBACK")
    return tables
  }

  /// The columns of every table in `public`, in the order of their numbers.
  private static func columns(_ connection: Connection) throws -> [String: [String]] {
    let rows = try connection.execute(
      """
      SELECT c.relname, a.attname
      FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::pg_catalog.regnamespace
      ORDER BY c.relname, a.attnum
      """
    )
    return Dictionary(grouping: rows) { $0.string("relname") }
      .mapValues { $0.compactMap { $0["attname"] } }
  }
}
