internal import Postgres
internal import Problems

/// What hangs on a database itself and not on what is in it: whoever takes the name needs it too.
///
/// Owner, rights, connection limit, the template's mark, settings of the database and of roles in
/// it, security labels. A dump of the database holds none of them.
struct DatabaseProperties: Sendable, Equatable {
  struct Grant: Sendable, Hashable {
    var grantor: String
    /// The role, nil for PUBLIC.
    var grantee: String?
    var privilege: String
    var isGrantable: Bool
  }

  struct Setting: Sendable, Hashable {
    /// The role, nil for all.
    var role: String?
    var name: String
    var value: String
  }

  struct Label: Sendable, Hashable {
    var provider: String
    var text: String
  }

  var owner: String
  var connectionLimit: Int
  var isTemplate: Bool
  var grants: Set<Grant>
  var settings: Set<Setting>
  var labels: Set<Label>

  /// Reads those of a database, from a session in any database.
  static func read(_ oid: Int, _ connection: Connection) throws -> DatabaseProperties {
    let row = try connection.query(
      """
      SELECT pg_catalog.pg_get_userbyid(datdba) AS owner, datconnlimit, datistemplate
      FROM pg_catalog.pg_database WHERE oid = $1
      """,
      [Parameter(oid)]
    )[0]
    return DatabaseProperties(
      owner: row.string("owner"),
      connectionLimit: row.int("datconnlimit"),
      isTemplate: row.bool("datistemplate"),
      grants: try grants(oid, connection),
      settings: try settings(oid, connection),
      labels: try labels(oid, connection)
    )
  }

  private static func grants(_ oid: Int, _ connection: Connection) throws -> Set<Grant> {
    Set(
      try connection.query(
        """
        SELECT pg_catalog.pg_get_userbyid(a.grantor) AS grantor, a.privilege_type, a.is_grantable,
          CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END AS grantee
        FROM pg_catalog.pg_database d, pg_catalog.aclexplode(
          coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
        WHERE d.oid = $1
        """,
        [Parameter(oid)]
      ).map {
        Grant(
          grantor: $0.string("grantor"),
          grantee: $0["grantee"],
          privilege: $0.string("privilege_type"),
          isGrantable: $0.bool("is_grantable")
        )
      }
    )
  }

  private static func settings(_ oid: Int, _ connection: Connection) throws -> Set<Setting> {
    Set(
      try connection.query(
        """
        SELECT CASE WHEN s.setrole <> 0 THEN pg_catalog.pg_get_userbyid(s.setrole) END AS role,
          pg_catalog.split_part(c.item, '=', 1) AS name,
          pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) AS value
        FROM pg_catalog.pg_db_role_setting s
        CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c(item) WHERE s.setdatabase = $1
        """,
        [Parameter(oid)]
      ).map { Setting(role: $0["role"], name: $0.string("name"), value: $0.string("value")) }
    )
  }

  private static func labels(_ oid: Int, _ connection: Connection) throws -> Set<Label> {
    Set(
      try connection.query(
        """
        SELECT provider, label FROM pg_catalog.pg_shseclabel
        WHERE objoid = $1 AND classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
        """,
        [Parameter(oid)]
      ).map { Label(provider: $0.string("provider"), text: $0.string("label")) }
    )
  }
}
