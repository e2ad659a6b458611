public import Postgres
internal import Snapshot

/// What a live database stands on: its name, encoding and locale, and the roles around it.
///
/// Enough to make an empty database like it on a scratch server, without a snapshot.
public struct LiveShape: Sendable {
  /// A role of the live server.
  struct Role: Sendable {
    let name: String
    let isSuperuser: Bool
    let canCreateDatabases: Bool
    let canCreateRoles: Bool
    let inherits: Bool
  }

  /// The server's major version.
  public let major: Int
  let database: Manifest.Database
  let roles: [Role]
  /// Each member with the role that it is a member of.
  let memberships: [(member: String, role: String)]
  let tablespaces: [String]

  /// Reads it; any role may.
  public static func read(_ connection: Connection) throws(PostgresError) -> LiveShape {
    LiveShape(
      major: connection.serverMajor,
      database: try database(connection),
      roles: try connection.execute(roleQuery).map {
        Role(
          name: $0.string("rolname"),
          isSuperuser: $0.bool("rolsuper"),
          canCreateDatabases: $0.bool("rolcreatedb"),
          canCreateRoles: $0.bool("rolcreaterole"),
          inherits: $0.bool("rolinherit")
        )
      },
      memberships: try connection.execute(membershipQuery).map {
        ($0.string("member"), $0.string("role"))
      },
      tablespaces: try connection.execute(
        "SELECT spcname FROM pg_catalog.pg_tablespace WHERE spcname !~ '^pg_' ORDER BY spcname"
      ).map { $0.string("spcname") }
    )
  }

  private static func database(
    _ connection: Connection
  ) throws(PostgresError) -> Manifest.Database {
    let row = try connection.execute(databaseQuery)[0]
    return Manifest.Database(
      name: row.string("datname"),
      systemIdentifier: "",
      oid: row.int("oid"),
      owner: row.string("owner"),
      encoding: row.string("encoding"),
      collate: row.string("datcollate"),
      ctype: row.string("datctype"),
      localeProvider: row.string("provider"),
      locale: row["locale"],
      schemas: [],
      settings: try connection.execute(settingQuery).map {
        Manifest.Setting(
          role: $0["rolname"],
          isForDatabase: true,
          name: $0.string("name"),
          value: $0.string("value")
        )
      }
    )
  }

  /// The locale's columns were renamed between versions, hence the JSON.
  private static let databaseQuery = """
    SELECT d.oid, d.datname, pg_catalog.pg_get_userbyid(d.datdba) AS owner,
      pg_catalog.pg_encoding_to_char(d.encoding) AS encoding, d.datcollate, d.datctype,
      pg_catalog.to_jsonb(d) ->> 'datlocprovider' AS provider,
      coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale')
        AS locale
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
    """

  private static let roleQuery = """
    SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolinherit FROM pg_catalog.pg_roles
    WHERE rolname !~ '^pg_' ORDER BY rolname
    """

  private static let membershipQuery = """
    SELECT pg_catalog.pg_get_userbyid(m.member) AS member,
      pg_catalog.pg_get_userbyid(m.roleid) AS role
    FROM pg_catalog.pg_auth_members m
    WHERE pg_catalog.pg_get_userbyid(m.member) !~ '^pg_'
      AND pg_catalog.pg_get_userbyid(m.roleid) NOT IN ('pg_execute_server_program',
        'pg_read_server_files', 'pg_write_server_files')
    ORDER BY 1, 2
    """

  /// Where an unqualified name goes, and nothing else: no library, no secret.
  private static let settingQuery = """
    SELECT r.rolname, pg_catalog.split_part(c.item, '=', 1) AS name,
      pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) AS value
    FROM pg_catalog.pg_db_role_setting s
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
    CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c(item)
    WHERE s.setdatabase = (SELECT oid FROM pg_catalog.pg_database
        WHERE datname = pg_catalog.current_database())
      AND c.item LIKE 'search\\_path=%'
    """
}
