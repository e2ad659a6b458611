internal import Bytes
internal import Postgres

/// A schema as a plan has to show it: what is in it, how large, and who uses it.
struct SchemaInventory: Sendable {
  /// Everything that lies in the schema.
  let objects: [PlannedObject]
  let sessions: [PlannedSession]
  let preparedTransactions: [String]

  /// The size on disk of everything in it.
  var bytes: Int { objects.reduce(0) { $0 + ($1.bytes ?? 0) } }

  /// Looks at a schema.
  static func read(_ schema: SchemaHead, _ connection: Connection) throws -> SchemaInventory {
    SchemaInventory(
      objects: try objects(schema.oid, connection),
      sessions: try sessions(schema.oid, connection),
      preparedTransactions: try connection.execute(
        """
        SELECT gid FROM pg_catalog.pg_prepared_xacts
        WHERE database = pg_catalog.current_database() ORDER BY gid
        """
      ).map { $0.string("gid") }
    )
  }

  /// Tables whose count differs from another copy's, in which they are counted by bare name.
  func losses(against other: [ExactText: Int]) -> [PlannedLoss] {
    PlannedLoss.differing(
      objects.compactMap { object in
        guard object.kind == "table", let rows = object.rows, let name = object.relation
        else { return nil }
        return PlannedLoss(table: object.name, liveRows: rows, snapshotRows: other[ExactText(name)])
      }
    )
  }

  /// About how many rows each relation has, by bare name.
  var counts: [ExactText: Int] {
    objects.reduce(into: [:]) { counts, object in
      if let name = object.relation, let rows = object.rows { counts[ExactText(name)] = rows }
    }
  }

  private static func objects(_ oid: Int, _ connection: Connection) throws -> [PlannedObject] {
    try connection.query(objectQuery, [Parameter(oid)]).map { row in
      PlannedObject(
        kind: row.string("kind"),
        name: row.string("name"),
        rows: row["rows"].flatMap { Int($0) },
        bytes: row["bytes"].flatMap { Int($0) },
        relation: row["relname"]
      )
    }
  }

  private static func sessions(_ oid: Int, _ connection: Connection) throws -> [PlannedSession] {
    try connection.query(sessionQuery, [Parameter(oid)]).map { row in
      PlannedSession(
        pid: row.int("pid"),
        role: row.string("usename"),
        application: row.string("application_name"),
        state: row.string("state"),
        usesSchema: row.bool("uses")
      )
    }
  }

  /// Rows are the statistics' running count, which sees a DELETE at once; where the statistics were
  /// reset, the planner's estimate of the last VACUUM or ANALYZE.
  private static let objectQuery = """
    SELECT i.type AS kind, i.identity AS name, c.relname,
      CASE WHEN c.relkind IN ('r', 'm') THEN
        CASE WHEN c.reltuples < 0 OR pg_catalog.pg_stat_get_live_tuples(c.oid) > 0
            OR pg_catalog.pg_stat_get_tuples_deleted(c.oid) > 0
          THEN pg_catalog.pg_stat_get_live_tuples(c.oid) ELSE c.reltuples::bigint END END AS rows,
      CASE WHEN c.relkind IN ('r', 'm', 'S') THEN pg_catalog.pg_total_relation_size(c.oid) END
        AS bytes
    FROM (
      SELECT DISTINCT d.classid, d.objid FROM pg_catalog.pg_depend d
      WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = $1
        AND d.classid <> 'pg_catalog.pg_default_acl'::pg_catalog.regclass
      UNION
      SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, oid FROM pg_catalog.pg_class
      WHERE relnamespace = $1 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    ) o
    JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) i ON true
    LEFT JOIN pg_catalog.pg_class c
      ON o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = o.objid
    ORDER BY bytes DESC NULLS LAST, i.type, i.identity
    """

  private static let sessionQuery = """
    SELECT a.pid, a.usename, a.application_name, a.state, EXISTS (
      SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
      WHERE l.pid = a.pid AND l.database = a.datid AND c.relnamespace = $1) AS uses
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = pg_catalog.current_database() AND a.backend_type = 'client backend'
      AND a.pid <> pg_catalog.pg_backend_pid()
    ORDER BY uses DESC, a.pid
    """
}
