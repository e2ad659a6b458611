internal import Postgres

/// A live database as a plan has to show it: its schemas, how large they are, and who uses it.
struct DatabaseInventory: Sendable {
  /// An ordinary table, and about how many rows it has.
  struct Table: Sendable, Hashable {
    var schema: String
    var name: String
    var rows: Int

    var label: String { "\(schema).\(name)" }
  }

  /// Schemas with their size and rows, and large objects.
  let objects: [PlannedObject]
  let tables: [Table]
  let sessions: [PlannedSession]
  /// What follows the database elsewhere, by its name or its identity, as far as it can be seen.
  let followers: [String]
  /// The size on disk.
  let bytes: Int
  /// The schemas' oids.
  let schemas: [Int]

  /// Looks at the session's database.
  static func read(_ connection: Connection) throws -> DatabaseInventory {
    let schemas = try connection.execute(schemaQuery)
    var objects = schemas.map { row in
      PlannedObject(
        kind: "schema",
        name: row.string("nspname"),
        rows: row.int("rows"),
        bytes: row.int("bytes")
      )
    }
    let large = try connection.execute("SELECT count(*) FROM pg_catalog.pg_largeobject_metadata")
    if let count = large.int, count > 0 {
      objects.append(PlannedObject(kind: "large objects", name: "in no schema", rows: count))
    }
    return DatabaseInventory(
      objects: objects,
      tables: try connection.execute(tableQuery).map {
        Table(schema: $0.string("nspname"), name: $0.string("relname"), rows: $0.int("rows"))
      },
      sessions: try sessions(of: nil, connection),
      followers: try followers(connection),
      bytes: try connection.execute(
        "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())"
      ).int ?? 0,
      schemas: schemas.map { $0.int("oid") }
    )
  }

  /// Who is in a database, background workers included; in the session's own when `oid` is nil.
  static func sessions(of oid: Int?, _ connection: Connection) throws -> [PlannedSession] {
    try connection.query(sessionQuery, [oid.map { Parameter($0) } ?? .null]).map { row in
      PlannedSession(
        pid: row.int("pid"),
        role: row.string("usename"),
        application: row.string("application"),
        state: row.string("state"),
        usesSchema: true
      )
    }
  }

  private static func followers(_ connection: Connection) throws -> [String] {
    var found = try connection.execute(
      "SELECT roname FROM pg_catalog.pg_replication_origin ORDER BY roname"
    ).map { "replication origin \($0.string("roname")): it belongs to the server and stays" }
    let isHome = try connection.execute(
      """
      SELECT pg_catalog.current_setting('cron.database_name', true)
        = pg_catalog.current_database()
      """
    ).bool
    if isHome { found.append("pg_cron keeps its jobs in this database: the snapshot's take over") }
    let isReadable = try connection.execute(
      "SELECT pg_catalog.has_table_privilege(pg_catalog.to_regclass('cron.job'), 'SELECT')"
    ).bool
    guard isReadable else { return found }
    return found
      + (try connection.execute("SELECT jobid, database FROM cron.job ORDER BY jobid").map {
        "pg_cron job \($0.string("jobid")) runs in database \($0.string("database"))"
      })
  }

  /// What drydock left there to take snapshots is nobody's data.
  static let isOurs = "n.nspname IN ('drydock_pages', 'drydock_witness')"

  /// Rows are the statistics' running count; where those were reset, the planner's estimate.
  private static let rows = """
    CASE WHEN c.reltuples < 0 OR pg_catalog.pg_stat_get_live_tuples(c.oid) > 0
        OR pg_catalog.pg_stat_get_tuples_deleted(c.oid) > 0
      THEN pg_catalog.pg_stat_get_live_tuples(c.oid) ELSE c.reltuples::bigint END
    """

  private static let schemaQuery = """
    SELECT n.oid, n.nspname,
      coalesce(pg_catalog.sum(\(rows)) FILTER (WHERE c.relkind = 'r'), 0)::bigint AS rows,
      coalesce(pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid))
        FILTER (WHERE c.relkind IN ('r', 'm', 'S')), 0)::bigint AS bytes
    FROM pg_catalog.pg_namespace n
    LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT \(isOurs)
    GROUP BY n.oid, n.nspname ORDER BY bytes DESC, n.nspname
    """

  private static let tableQuery = """
    SELECT n.nspname, c.relname, \(rows) AS rows FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT \(isOurs)
    """

  private static let sessionQuery = """
    SELECT a.pid, a.usename, a.state, CASE WHEN a.backend_type = 'client backend'
      THEN a.application_name ELSE a.backend_type END AS application
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datid = coalesce($1, (SELECT d.oid FROM pg_catalog.pg_database d
        WHERE d.datname = pg_catalog.current_database()))
      AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type <> 'autovacuum worker'
    ORDER BY a.pid
    """
}
