internal import Postgres

/// A schema as an operation needs it under locks: who it is, and which tables it has.
///
/// What only a plan shows, sizes and sessions among it, is in `SchemaInventory`: that takes longer,
/// and under these locks everybody waits.
struct SchemaHead: Sendable {
  let oid: Int
  let name: String
  let comment: JournaledComment
  let grants: [Journal.Grant]
  /// Ordinary and partitioned tables, by oid: what can be locked.
  let tables: [LockedTable]

  /// Looks at a schema; nil where there is none of that name.
  static func read(_ schema: String, _ connection: Connection) throws -> SchemaHead? {
    guard
      let row = try connection.query(
        """
        SELECT n.oid, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment
        FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
        """,
        [.text(schema)]
      ).first
    else { return nil }
    let oid = row.int("oid")
    return SchemaHead(
      oid: oid,
      name: schema,
      comment: JournaledComment(row["comment"]),
      grants: try grants(oid, connection),
      tables: try tables(oid, connection)
    )
  }

  private static func grants(_ oid: Int, _ connection: Connection) throws -> [Journal.Grant] {
    try connection.query(
      """
      SELECT CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END AS role,
        a.privilege_type, pg_catalog.bool_or(a.is_grantable) AS is_grantable
      FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
      WHERE n.oid = $1 AND a.grantee <> n.nspowner
      GROUP BY a.grantee, a.privilege_type ORDER BY 3 DESC, 1, 2
      """,
      [Parameter(oid)]
    ).map {
      Journal.Grant(
        role: $0["role"],
        privilege: $0.string("privilege_type"),
        isGrantable: $0.bool("is_grantable")
      )
    }
  }

  private static func tables(_ oid: Int, _ connection: Connection) throws -> [LockedTable] {
    try connection.query(
      """
      SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.oid = $1 AND c.relkind IN ('r', 'p') ORDER BY c.oid
      """,
      [Parameter(oid)]
    ).map {
      LockedTable(
        oid: $0.int("oid"),
        schema: $0.string("nspname"),
        name: $0.string("relname")
      )
    }
  }
}
