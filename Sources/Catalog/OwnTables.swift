public import Postgres

/// Tables that Drydock keeps in schema `drydock` of somebody's database.
///
/// Whoever may make a schema could make this one first. A trigger, a default, a rule or a policy in
/// it would run as whoever uses Drydock, often a superuser, and its rows could be untrue. It is
/// CVE-2018-1058 with the tool's own schema in the place of `public`. The server's catalog is asked,
/// which runs nothing of what it describes.
public struct OwnTables: Sendable {
  /// Something that Drydock has not made.
  public struct Strange: Sendable {
    /// The table.
    public let object: String
    /// What is wrong with it.
    public let fault: String
  }

  /// A right of a role that the one connected need not trust.
  public struct ForeignRight: Sendable {
    /// The role that is connected.
    public let role: String
    /// The schema, a table or a function.
    public let object: String
    /// Who has which right.
    public let fault: String
    /// The statement that ends it.
    public let mending: String
  }

  private let literals: String
  private let foreignRights: String

  /// Names some tables.
  ///
  /// - Parameters:
  ///   - names: Without the schema; identifiers of the program's own.
  ///   - foreignRights: A condition in SQL on which rights of others than the owner count, about
  ///     `a.privilege_type`, `a.grantee` and `relname`.
  public init(_ names: [String], foreignRights: String) {
    literals = names.map { "'\($0)'" }.joined(separator: ", ")
    self.foreignRights = foreignRights
  }

  /// What keeps them from being plain tables that call nobody's code.
  ///
  /// - Parameter connection: A connection to the database; nothing of the tables is read.
  /// - Returns: What is found, by object; none where they are as they were made, or not there.
  /// - Throws: What the server says.
  public func strange(_ connection: Connection) throws(PostgresError) -> [Strange] {
    try connection.query(shape, []).map {
      Strange(object: $0.string("object"), fault: $0.string("fault"))
    }
  }

  /// Which roles own them, or may make something in the schema or write more than is meant, that the
  /// one connected need not trust.
  ///
  /// Trusted are superusers, the database's owner, and for a role that is no superuser also those
  /// whose rights it has or who can have its own: none of them gains anything by a trap.
  ///
  /// - Parameter connection: A connection to the database, as the role that uses them.
  /// - Returns: What is found, by object; none where there is no such schema.
  /// - Throws: What the server says.
  public func foreignRights(_ connection: Connection) throws(PostgresError) -> [ForeignRight] {
    try connection.query(standing, []).map {
      ForeignRight(
        role: $0.string("role"),
        object: $0.string("object"),
        fault: $0.string("fault"),
        mending: $0.string("mending")
      )
    }
  }

  /// One row for each thing that such a table has not, with the object and what is wrong with it.
  ///
  /// What the server itself brought is pinned and no dependency of anything, so each dependency on
  /// a function, an operator or a type is one on somebody's own.
  private var shape: String {
    """
    WITH tables AS (
      SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity,
        pg_catalog.format('drydock.%s', c.relname) AS object
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'drydock' AND c.relname IN (\(literals))
    ), parts AS (
      SELECT adrelid AS relation, 'pg_catalog.pg_attrdef'::pg_catalog.regclass::oid AS class, oid
      FROM pg_catalog.pg_attrdef
      UNION ALL
      SELECT conrelid, 'pg_catalog.pg_constraint'::pg_catalog.regclass::oid, oid
      FROM pg_catalog.pg_constraint
      UNION ALL
      SELECT indrelid, 'pg_catalog.pg_class'::pg_catalog.regclass::oid, indexrelid
      FROM pg_catalog.pg_index
    )
    SELECT object, CASE relkind WHEN 'v' THEN 'is a view' WHEN 'm' THEN 'is a materialised view'
      WHEN 'f' THEN 'is a foreign table' WHEN 'p' THEN 'is partitioned'
      ELSE 'is no table' END AS fault
    FROM tables WHERE relkind <> 'r'
    UNION ALL
    SELECT object, 'is unlogged: a crash of the server empties it'
    FROM tables WHERE relkind = 'r' AND relpersistence <> 'p'
    UNION ALL
    SELECT object, 'has row-level security, which hides rows' FROM tables WHERE relrowsecurity
    UNION ALL
    SELECT object, pg_catalog.format('inherits from %s', i.inhparent::pg_catalog.regclass)
    FROM tables JOIN pg_catalog.pg_inherits i ON i.inhrelid = tables.oid
    UNION ALL
    SELECT object, pg_catalog.format('has the child %s', i.inhrelid::pg_catalog.regclass)
    FROM tables JOIN pg_catalog.pg_inherits i ON i.inhparent = tables.oid
    UNION ALL
    SELECT object, pg_catalog.format('has the trigger %I, which calls %s', t.tgname,
      t.tgfoid::pg_catalog.regprocedure)
    FROM tables JOIN pg_catalog.pg_trigger t ON t.tgrelid = tables.oid
      JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT t.tgisinternal AND NOT (relname = 'events'
      AND t.tgname IN ('keep_events', 'keep_all_events')
      AND n.nspname = 'drydock' AND p.proname = 'keep_events')
    UNION ALL
    SELECT object, pg_catalog.format('has the rule %I', r.rulename)
    FROM tables JOIN pg_catalog.pg_rewrite r ON r.ev_class = tables.oid WHERE relkind = 'r'
    UNION ALL
    SELECT object, pg_catalog.format('has the column %I of type %s', a.attname,
      pg_catalog.format_type(a.atttypid, NULL))
    FROM tables JOIN pg_catalog.pg_attribute a ON a.attrelid = tables.oid
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
      JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname <> 'pg_catalog'
    UNION ALL
    SELECT object, pg_catalog.format('%s uses %s',
      pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid),
      pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
    FROM tables JOIN parts ON parts.relation = tables.oid
      JOIN pg_catalog.pg_depend d ON d.classid = parts.class AND d.objid = parts.oid
      JOIN pg_catalog.pg_class kind ON kind.oid = d.refclassid
    WHERE kind.relname IN ('pg_proc', 'pg_operator', 'pg_opclass', 'pg_type', 'pg_collation')
    ORDER BY 1, 2
    """
  }

  /// One row for each right of a role that need not be trusted, with the statement that ends it.
  ///
  /// Up to PostgreSQL 15 CREATEROLE lets a role have the rights of any other that is no superuser.
  /// A right on a table counts where the schema can be used: the defaults of a database give many
  /// that lead nowhere.
  private var standing: String {
    """
    WITH me AS (
      SELECT r.oid, r.rolname, r.rolsuper, d.datdba,
        pg_catalog.pg_get_userbyid(d.datdba) AS keeper
      FROM pg_catalog.pg_roles r
      JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
      WHERE r.rolname = current_user
    ), trusted AS (
      SELECT o.oid FROM pg_catalog.pg_roles o CROSS JOIN me
      WHERE o.rolsuper OR o.oid = me.oid OR o.rolname = 'pg_database_owner'
        OR pg_catalog.pg_has_role(o.oid, me.datdba, 'MEMBER')
        OR NOT me.rolsuper AND (pg_catalog.pg_has_role(me.oid, o.oid, 'MEMBER')
          OR pg_catalog.pg_has_role(o.oid, me.oid, 'MEMBER')
          OR o.rolcreaterole AND pg_catalog.current_setting('server_version_num')::int < 160000)
    ), place AS (
      SELECT oid, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = 'drydock'
    ), tables AS (
      SELECT c.oid, c.relname, c.relowner, c.relacl, place.oid AS place
      FROM place JOIN pg_catalog.pg_class c ON c.relnamespace = place.oid
      WHERE c.relname IN (\(literals))
    ), rights AS (
      SELECT 'schema drydock' AS object, a.grantee, a.privilege_type AS privilege,
        'REVOKE CREATE ON SCHEMA drydock' AS revoking
      FROM place, pg_catalog.aclexplode(nspacl) a
      WHERE a.privilege_type = 'CREATE' AND a.grantee <> nspowner
      UNION ALL
      SELECT pg_catalog.format('drydock.%s', relname), a.grantee, a.privilege_type,
        pg_catalog.format('REVOKE %s ON drydock.%I', a.privilege_type, relname)
      FROM tables, pg_catalog.aclexplode(relacl) a
      WHERE (\(foreignRights)) AND a.grantee <> relowner
        AND CASE a.grantee WHEN 0 THEN true
          ELSE pg_catalog.has_schema_privilege(a.grantee, place, 'USAGE') END
    ), owners AS (
      SELECT 'schema drydock' AS object, nspowner AS owner,
        'ALTER SCHEMA drydock OWNER TO %I' AS mending FROM place
      UNION ALL
      SELECT pg_catalog.format('drydock.%s', relname), relowner,
        pg_catalog.format('ALTER TABLE drydock.%I OWNER TO %%I', relname) FROM tables
      UNION ALL
      SELECT 'function drydock.keep_events()', p.proowner,
        'ALTER FUNCTION drydock.keep_events() OWNER TO %I'
      FROM place JOIN pg_catalog.pg_proc p ON p.pronamespace = place.oid
      WHERE p.proname = 'keep_events'
    )
    SELECT me.rolname AS role, object,
      pg_catalog.format('belongs to %s', pg_catalog.pg_get_userbyid(owner)) AS fault,
      pg_catalog.format(mending, me.keeper) AS mending
    FROM owners, me WHERE owner NOT IN (SELECT oid FROM trusted)
    UNION ALL
    SELECT me.rolname, object, pg_catalog.format('%s is granted to %s', privilege, holder),
      pg_catalog.format('%s FROM %s', revoking,
        CASE grantee WHEN 0 THEN holder ELSE pg_catalog.quote_ident(holder) END)
    FROM me, (
      SELECT rights.*, CASE grantee WHEN 0 THEN 'PUBLIC'
        ELSE pg_catalog.pg_get_userbyid(grantee)::text END AS holder
      FROM rights) named
    WHERE grantee NOT IN (SELECT oid FROM trusted)
    ORDER BY 2, 3
    """
  }
}

extension [OwnTables.ForeignRight] {
  /// The statements that end them all, each once.
  public var mending: String {
    var seen: Set<String> = []
    return map(\.mending).filter { seen.insert($0).inserted }.joined(separator: "; ")
  }
}
