internal import Catalog
internal import Postgres
internal import Problems

/// What of a database a query reads, as the server itself resolves it.
///
/// A view over the query is made and rolled back: the catalog then lists what the query names, also
/// through views, partitions and functions whose bodies the server has parsed (manual, 53.18,
/// `pg_depend`). A plan would not do: it leaves out partitions that the planner could exclude.
struct QueryNeeds: Equatable {
  /// Tables whose rows are needed.
  var tables: Set<RelationName> = []
  /// Materialised views that have to be filled, and sequences that have to be set.
  var others: Set<RelationName> = []
  /// Functions that the query calls and whose text only runs: what they read is not known.
  var opaque: [String] = []
  /// Whether the same is true of a function of an extension, which may read its extension's tables.
  var callsExtension = false

  /// Asks the server what a query needs.
  ///
  /// - Parameters:
  ///   - query: One `SELECT`, `VALUES`, `TABLE` or `WITH`.
  ///   - connection: A session in a database that has the definition.
  /// - Throws: `query.refused` with the server's words, for anything else.
  init(of query: String, on connection: Connection) throws {
    do {
      try connection.execute("BEGIN")
      // On lines of its own, so that a comment at its end does not swallow what follows.
      try connection.query(
        "CREATE TEMPORARY VIEW drydock_query AS SELECT 1 AS one FROM (\n\(query)\n) AS drydock_query",
        []
      )
      for row in try connection.execute(Self.relations) { add(row) }
      for row in try connection.execute(Self.functions) {
        if row.bool("is_of_extension") {
          callsExtension = true
        } else {
          opaque.append(row.string("name"))
        }
      }
      try connection.execute("ROLLBACK")
    } catch {
      throw error.problem(
        "the query cannot run on the snapshot",
        hint: "Give one SELECT, VALUES, TABLE or WITH, without changes."
      )
    }
  }

  private mutating func add(_ row: Rows.Row) {
    let name = RelationName(schema: row.string("schema"), name: row.string("name"))
    if row.string("kind") == "r" { tables.insert(name) } else { others.insert(name) }
  }

  /// Everything that the view reaches: what rules, operators and functions depend on, and what
  /// inherits from it.
  private static let closure = """
    WITH RECURSIVE needed (class, object) AS (
      SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid,
        'pg_temp.drydock_query'::pg_catalog.regclass::pg_catalog.oid
      UNION
      SELECT next.class, next.object FROM needed, LATERAL (
        SELECT d.refclassid, d.refobjid FROM pg_catalog.pg_rewrite r
        JOIN pg_catalog.pg_class c ON c.oid = r.ev_class AND c.relkind IN ('v', 'm')
        JOIN pg_catalog.pg_depend d
          ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
        WHERE needed.class = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND r.ev_class = needed.object
        UNION ALL
        SELECT needed.class, i.inhrelid FROM pg_catalog.pg_inherits i
        WHERE needed.class = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND i.inhparent = needed.object
        UNION ALL
        SELECT d.refclassid, d.refobjid FROM pg_catalog.pg_depend d
        WHERE d.classid = needed.class AND d.objid = needed.object
          AND needed.class IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
            'pg_catalog.pg_operator'::pg_catalog.regclass)
      ) AS next (class, object)
    )
    """

  private static let relations = """
    \(closure)
    SELECT c.relkind AS kind, n.nspname AS schema, c.relname AS name FROM needed
    JOIN pg_catalog.pg_class c ON c.oid = needed.object
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE needed.class = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND c.relkind IN ('r', 'm', 'S') AND n.nspname <> 'pg_catalog'
    """

  private static let functions = """
    \(closure)
    SELECT p.oid::pg_catalog.regprocedure::text AS name, EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = needed.class AND d.objid = p.oid AND d.deptype = 'e'
      ) AS is_of_extension
    FROM needed JOIN pg_catalog.pg_proc p ON p.oid = needed.object
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE needed.class = 'pg_catalog.pg_proc'::pg_catalog.regclass
      AND l.lanname NOT IN ('internal', 'c') AND p.prosqlbody IS NULL
    ORDER BY 1
    """
}
