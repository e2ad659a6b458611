public import Postgres

/// What a role may do in a database, as far as backup, migration and restore need it.
///
/// The server is asked with its own functions, so memberships, `PUBLIC` and predefined roles count as
/// they do when the work is done (manual, 9.27 "Access Privilege Inquiry Functions").
public struct RoleRights: Sendable, Equatable {
  /// The role.
  public var role: String
  /// Whether nothing is refused to it.
  public var isSuperuser: Bool
  /// Whether it reads the verifiers of passwords, which snapshots then hold.
  public var readsPasswords: Bool
  /// Whether it may make schemas in the database.
  public var createsSchemas: Bool
  /// Whether it may make databases.
  public var createsDatabases: Bool
  /// Tables and sequences that it may not read.
  public var unreadable: [String]
  /// Tables of which a policy hides rows from it, so that `pg_dump` refuses them.
  public var filtered: [String]
  /// How many large objects it may not read.
  public var unreadableObjects: Int
  /// Tables, views and sequences that belong to roles of which it is no member.
  public var foreign: [String]
  /// Owners of those.
  public var owners: [String]

  /// Asks the server for the role of a session.
  ///
  /// - Parameter connection: A session outside any transaction.
  /// - Returns: What it may do.
  /// - Throws: `PostgresError`.
  public static func read(_ connection: Connection) throws(PostgresError) -> RoleRights {
    let row = try connection.execute(query)[0]
    let relations = try connection.execute(relationQuery)
    func names(_ condition: String) -> [String] {
      relations.filter { $0.bool(condition) }.map { $0.string("name") }
    }
    return RoleRights(
      role: row.string("role"),
      isSuperuser: row.bool("is_superuser"),
      readsPasswords: row.bool("passwords"),
      createsSchemas: row.bool("creates_schemas"),
      createsDatabases: row.bool("creates_databases"),
      unreadable: names("unreadable"),
      filtered: names("filtered"),
      unreadableObjects: row.int("unreadable_objects"),
      foreign: names("is_foreign"),
      owners: Set(relations.filter { $0.bool("is_foreign") }.map { $0.string("owner") }).sorted()
    )
  }

  private static let query = """
    SELECT current_user AS role, r.rolsuper AS is_superuser,
      pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS passwords,
      pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
        AS creates_schemas,
      r.rolcreatedb OR r.rolsuper AS creates_databases,
      (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata l
        WHERE NOT r.rolsuper AND NOT pg_catalog.pg_has_role(l.lomowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(l.lomacl) a
            WHERE a.privilege_type = 'SELECT'
              AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE'))))
        AS unreadable_objects
    FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
    """

  private static let relationQuery = """
    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
      pg_catalog.pg_get_userbyid(c.relowner) AS owner,
      c.relkind IN ('r', 'p', 'S') AND NOT (
        pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind
          WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
          ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END) AS unreadable,
      c.relkind IN ('r', 'p') AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid)
        AS filtered,
      NOT pg_catalog.pg_has_role(c.relowner, 'USAGE') AS is_foreign
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'S', 'v', 'm') AND n.nspname !~ '^pg_'
      AND n.nspname NOT IN (\(OwnSchemas.literals))
    ORDER BY 1
    """
}
