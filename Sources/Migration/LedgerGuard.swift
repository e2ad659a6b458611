internal import Postgres
internal import Problems

/// Whether what stands in schema `drydock` is the ledger as its owner made it, and the owner one
/// whom the migrator may trust.
///
/// Whoever may make a schema could make this one first. A trigger, a default, a rule or a policy in
/// it would run as whoever migrates, and events that never happened would let patches pass for
/// applied. The server's catalog is asked, which runs nothing of what it describes.
enum LedgerGuard {
  /// Throws unless each table of the ledger is a plain one that calls nobody's code.
  ///
  /// - Parameter connection: A connection to the database; nothing of the ledger is read.
  /// - Throws: A `Problem` that names each object, or `PostgresError`.
  static func requirePlain(_ connection: Connection) throws {
    let found = try connection.query(shape, [])
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "ledger.strange",
      "schema drydock holds what no drydock has made: its tables may not be the ledger",
      facts: found.map { Problem.Fact($0.string("object"), $0.string("fault")) },
      hint: "Nothing was read from it, and no patch has run. Find out who made it, and why; then"
        + " drop what is named here. If none of it is yours, rename the schema away"
        + " (ALTER SCHEMA drydock RENAME TO ...) and look at 'drydock status'."
    )
  }

  /// Throws where a role that the migrator need not trust owns the ledger, or may make something in
  /// it or write more to it than `LedgerSchema.grant` lets a migrator write.
  ///
  /// Trusted are superusers, the database's owner, and for a role that is no superuser also those
  /// whose rights it has or who can have its own: none of them gains anything by a trap.
  ///
  /// - Parameter connection: A connection to the database, as the role that migrates.
  /// - Throws: A `Problem` that names each object, its owner and the way out, or `PostgresError`.
  static func requireTrusted(_ connection: Connection) throws {
    let found = try connection.query(standing, [])
    guard let role = found.first?.string("role") else { return }
    var mending: [String] = []
    for row in found where !mending.contains(row.string("mending")) {
      mending.append(row.string("mending"))
    }
    let statements = mending.joined(separator: "; ")
    throw Problem(
      .refused,
      code: "ledger.foreign",
      "the ledger in schema drydock is in the hands of others than role \(role), which migrates",
      facts: found.map { Problem.Fact($0.string("object"), $0.string("fault")) },
      hint: "No patch has run. Is it the right database, and the right role? Find out who made it"
        + " and whether its events are true. If it is your ledger, migrate as the role that owns it,"
        + " or let its owner or a superuser run: \(statements); and for each role that migrates:"
        + " drydock init --grant ROLE. If it is not, rename the schema away:"
        + " ALTER SCHEMA drydock RENAME TO ..."
    )
  }

  /// One row for each thing that a ledger has not, with the object and what is wrong with it.
  ///
  /// What the server itself brought is pinned and no dependency of anything, so each dependency on
  /// a function, an operator or a type is one on somebody's own.
  private static let shape = """
    WITH ledger AS (
      SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity,
        pg_catalog.format('drydock.%s', c.relname) AS object
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'drydock' AND \(isLedger)
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
    FROM ledger WHERE relkind <> 'r'
    UNION ALL
    SELECT object, 'is unlogged: a crash of the server empties it'
    FROM ledger WHERE relkind = 'r' AND relpersistence <> 'p'
    UNION ALL
    SELECT object, 'has row-level security, which hides rows' FROM ledger WHERE relrowsecurity
    UNION ALL
    SELECT object, pg_catalog.format('inherits from %s', i.inhparent::pg_catalog.regclass)
    FROM ledger JOIN pg_catalog.pg_inherits i ON i.inhrelid = ledger.oid
    UNION ALL
    SELECT object, pg_catalog.format('has the child %s', i.inhrelid::pg_catalog.regclass)
    FROM ledger JOIN pg_catalog.pg_inherits i ON i.inhparent = ledger.oid
    UNION ALL
    SELECT object, pg_catalog.format('has the trigger %I, which calls %s', t.tgname,
      t.tgfoid::pg_catalog.regprocedure)
    FROM ledger JOIN pg_catalog.pg_trigger t ON t.tgrelid = ledger.oid
      JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT t.tgisinternal AND NOT (relname = 'events'
      AND t.tgname IN ('keep_events', 'keep_all_events')
      AND n.nspname = 'drydock' AND p.proname = 'keep_events')
    UNION ALL
    SELECT object, pg_catalog.format('has the rule %I', r.rulename)
    FROM ledger JOIN pg_catalog.pg_rewrite r ON r.ev_class = ledger.oid WHERE relkind = 'r'
    UNION ALL
    SELECT object, pg_catalog.format('has the column %I of type %s', a.attname,
      pg_catalog.format_type(a.atttypid, NULL))
    FROM ledger JOIN pg_catalog.pg_attribute a ON a.attrelid = ledger.oid
      JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
      JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname <> 'pg_catalog'
    UNION ALL
    SELECT object, pg_catalog.format('%s uses %s',
      pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid),
      pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
    FROM ledger JOIN parts ON parts.relation = ledger.oid
      JOIN pg_catalog.pg_depend d ON d.classid = parts.class AND d.objid = parts.oid
      JOIN pg_catalog.pg_class kind ON kind.oid = d.refclassid
    WHERE kind.relname IN ('pg_proc', 'pg_operator', 'pg_opclass', 'pg_type', 'pg_collation')
    ORDER BY 1, 2
    """

  private static let isLedger =
    "c.relname IN ('schema_versions', 'events', 'progress', 'batches', 'dead_letters')"

  /// One row for each right of a role that need not be trusted, with the statement that ends it.
  ///
  /// Up to PostgreSQL 15 CREATEROLE lets a role have the rights of any other that is no superuser.
  /// A right on a table counts where the schema can be used: the defaults of a database give many
  /// that lead nowhere.
  private static let standing = """
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
    ), ledger AS (
      SELECT c.oid, c.relname, c.relowner, c.relacl, place.oid AS place
      FROM place JOIN pg_catalog.pg_class c ON c.relnamespace = place.oid
      WHERE \(isLedger)
    ), rights AS (
      SELECT 'schema drydock' AS object, a.grantee, a.privilege_type AS privilege,
        'REVOKE CREATE ON SCHEMA drydock' AS revoking
      FROM place, pg_catalog.aclexplode(nspacl) a
      WHERE a.privilege_type = 'CREATE' AND a.grantee <> nspowner
      UNION ALL
      SELECT pg_catalog.format('drydock.%s', relname), a.grantee, a.privilege_type,
        pg_catalog.format('REVOKE %s ON drydock.%I', a.privilege_type, relname)
      FROM ledger, pg_catalog.aclexplode(relacl) a
      WHERE (a.privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
          OR a.privilege_type = 'INSERT' AND (a.grantee = 0 OR relname = 'schema_versions'))
        AND a.grantee <> relowner
        AND CASE a.grantee WHEN 0 THEN true
          ELSE pg_catalog.has_schema_privilege(a.grantee, place, 'USAGE') END
    ), owners AS (
      SELECT 'schema drydock' AS object, nspowner AS owner,
        'ALTER SCHEMA drydock OWNER TO %I' AS mending FROM place
      UNION ALL
      SELECT pg_catalog.format('drydock.%s', relname), relowner,
        pg_catalog.format('ALTER TABLE drydock.%I OWNER TO %%I', relname) FROM ledger
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
