public import Postgres

/// How a server and one of its databases are, as far as it decides whether work can go on.
public struct ServerCondition: Sendable, Equatable {
  /// A replication slot that nobody reads, and for which the log is kept.
  public struct IdleSlot: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Bytes of the log that it holds back.
    public var bytes: Int
  }

  /// The database.
  public var database: String
  /// The server's version as it writes it.
  public var version: String
  /// Seconds since 1970 by the server's clock.
  public var now: Double
  /// Whether it follows another server, and takes no writes.
  public var isStandby: Bool
  /// Whether what is committed survives a loss of power.
  public var syncs: Bool
  /// The size of the database on disk, in bytes.
  public var bytes: Int
  /// Transactions since the oldest row that is not frozen.
  public var age: Int
  /// Prepared transactions older than a day; each keeps locks and dead rows.
  public var oldPrepared: [String]
  /// Slots that hold the log back, the worst first.
  public var idleSlots: [IdleSlot]
  /// Bytes of `pg_wal`; nil where the role may not look.
  public var logBytes: Int?
  /// Where the data lie; nil where the role may not know.
  public var directory: String?

  /// Asks the server.
  ///
  /// - Parameter connection: A session outside any transaction.
  /// - Returns: How it is.
  /// - Throws: `PostgresError`.
  public static func read(_ connection: Connection) throws(PostgresError) -> ServerCondition {
    let row = try connection.execute(query)[0]
    let slots = try connection.execute(slotQuery)
    let prepared = try connection.execute(
      """
      SELECT gid FROM pg_catalog.pg_prepared_xacts
      WHERE prepared < pg_catalog.now() - interval '1 day' ORDER BY gid
      """
    )
    // The right to call is checked before the first row, so that CASE would not help.
    let log =
      row.bool("sees_log")
      ? try connection.execute("SELECT pg_catalog.sum(size)::bigint FROM pg_catalog.pg_ls_waldir()")
        .int : nil
    let directory =
      row.bool("sees_directory")
      ? try connection.execute("SELECT pg_catalog.current_setting('data_directory')").value : nil
    return ServerCondition(
      database: row.string("database"),
      version: row.string("version"),
      now: row.double("now") ?? 0,
      isStandby: row.bool("standby"),
      syncs: row.bool("syncs"),
      bytes: row.int("bytes"),
      age: row.int("age"),
      oldPrepared: prepared.map { $0.string("gid") },
      idleSlots: slots.map { IdleSlot(name: $0.string("slot_name"), bytes: $0.int("held")) },
      logBytes: log,
      directory: directory
    )
  }

  private static let query = """
    SELECT pg_catalog.current_database() AS database,
      pg_catalog.current_setting('server_version') AS version,
      extract(epoch FROM pg_catalog.clock_timestamp()) AS now,
      pg_catalog.pg_is_in_recovery() AS standby,
      pg_catalog.current_setting('fsync')::boolean AS syncs,
      pg_catalog.pg_database_size(pg_catalog.current_database()) AS bytes,
      pg_catalog.age(d.datfrozenxid) AS age,
      pg_catalog.has_function_privilege('pg_catalog.pg_ls_waldir()', 'EXECUTE') AS sees_log,
      pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE') AS sees_directory
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
    """

  private static let slotQuery = """
    SELECT slot_name, pg_catalog.pg_wal_lsn_diff(CASE WHEN pg_catalog.pg_is_in_recovery()
      THEN pg_catalog.pg_last_wal_receive_lsn() ELSE pg_catalog.pg_current_wal_lsn() END,
      restart_lsn)::bigint AS held
    FROM pg_catalog.pg_replication_slots
    WHERE NOT active AND restart_lsn IS NOT NULL ORDER BY held DESC
    """
}
