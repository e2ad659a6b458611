internal import Catalog
internal import Postgres

/// What a server says of itself that decides whether a parent snapshot may be relied on.
struct ServerFacts: Sendable, Equatable {
  /// The cluster's identifier; a copy carries the same.
  var systemIdentifier: String
  /// The database's oid.
  var databaseOid: Int
  /// The timeline that is written now; the one that is replayed on a standby.
  var timeline: Int
  /// The server's version number, 150020 for 15.20.
  var version: Int
  /// The database's encoding.
  var encoding: String
  /// Where the next record of the log goes; the replay position on a standby.
  var insert: LSN
  /// When the postmaster started, as `2026-01-31T02:00:00.000000Z`.
  var serverStart: String
  /// The server's clock in the same form.
  var clock: String
  /// Whether `fsync` and `full_page_writes` are on, so that a crash loses nothing that is flushed.
  var isCrashSafe: Bool
  /// Whether it is a standby.
  var isStandby: Bool

  /// Reads the facts; one query, any role may.
  static func read(_ connection: Connection) throws -> ServerFacts {
    let row = try connection.execute(query)[0]
    let timeline = row.string("timeline")
    guard let insert = LSN(row.string("insert")) else {
      throw PostgresError(message: "the server's log position is not readable")
    }
    return ServerFacts(
      systemIdentifier: row.string("system_identifier"),
      databaseOid: row.int("oid"),
      timeline: (row.bool("is_standby") ? Int(timeline) : Int(timeline, radix: 16)) ?? 0,
      version: connection.serverVersion,
      encoding: row.string("encoding"),
      insert: insert,
      serverStart: row.string("start"),
      clock: row.string("clock"),
      isCrashSafe: row.bool("is_crash_safe"),
      isStandby: row.bool("is_standby")
    )
  }

  private static let stamp = "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'"

  /// The timeline comes from the name of the WAL file: `pg_control_checkpoint` still shows the old
  /// one between a promotion and the next checkpoint.
  private static let query = """
    SELECT d.oid, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, r.is_standby,
      (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier,
      CASE WHEN r.is_standby
        THEN (SELECT timeline_id::text FROM pg_catalog.pg_control_checkpoint())
        ELSE pg_catalog.left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 8)
        END AS timeline,
      CASE WHEN r.is_standby THEN pg_catalog.pg_last_wal_replay_lsn()
        ELSE pg_catalog.pg_current_wal_insert_lsn() END AS insert,
      pg_catalog.to_char(pg_catalog.pg_postmaster_start_time() AT TIME ZONE 'UTC', \(stamp))
        AS start,
      pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', \(stamp)) AS clock,
      pg_catalog.current_setting('fsync')::bool
        AND pg_catalog.current_setting('full_page_writes')::bool AS is_crash_safe
    FROM pg_catalog.pg_database d, (SELECT pg_catalog.pg_is_in_recovery() AS is_standby) r
    WHERE d.datname = pg_catalog.current_database()
    """
}
