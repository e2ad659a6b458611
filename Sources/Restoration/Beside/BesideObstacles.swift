internal import Postgres
internal import Problems

/// What would reach the live schema while rows are loaded into a copy beside it.
///
/// Rows are loaded while the live schema has its name. A function whose body is a string looks its
/// names up when it runs, and so does a value such as a `regclass`: both would find the live objects
/// and not the copy's. Nobody could tell from the digests.
struct BesideObstacles {
  let connection: Connection

  /// What is in the way in a schema that has its final name in this transaction.
  func find(in schema: String) throws -> [String] {
    guard let head = try SchemaHead.read(schema, connection) else { return [] }
    let here = [Parameter(head.oid)]
    return try connection.query(Self.types + Self.functionQuery, here).map { $0.string("obstacle") }
      + connection.query(Self.types + Self.valueQuery, here).map { $0.string("obstacle") }
  }

  /// Subscribers would get rows of a table that they do not know.
  func publications() throws -> [String] {
    try connection.execute(
      """
      SELECT pg_catalog.format('publication %I for all tables', pubname) AS obstacle
      FROM pg_catalog.pg_publication WHERE puballtables AND EXISTS (
        SELECT FROM pg_catalog.pg_replication_slots s
        WHERE s.database = pg_catalog.current_database() AND s.slot_type = 'logical')
      ORDER BY 1
      """
    ).map { $0.string("obstacle") }
  }

  /// Refuses what was found.
  static func requireNone(_ found: [String], _ schema: String) throws {
    let found = Set(found).sorted()
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.beside",
      "schema \(schema) cannot be built beside the live one",
      reason: "while rows are loaded the live schema has its name, and these would reach it",
      facts: found.prefix(20).map { Problem.Fact("reaches it", $0) },
      hint: "Replace it in one transaction, for which everybody waits: the same command with"
        + " --way transaction."
    )
  }

  /// The types of all columns, and what these are made of.
  private static let types = """
    WITH RECURSIVE types(relation, attribute, oid) AS (
      SELECT c.oid, a.attnum, a.atttypid FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p')
      UNION
      SELECT k.relation, k.attribute, part.oid FROM types k
      JOIN pg_catalog.pg_type y ON y.oid = k.oid
      CROSS JOIN LATERAL (
        SELECT y.typelem AS oid UNION ALL SELECT y.typbasetype
        UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = y.typrelid AND y.typrelid <> 0 AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r
          WHERE y.oid IN (r.rngtypid, r.rngmultitypid)
      ) part WHERE part.oid <> 0
    )
    """

  /// Checks, domains, generated columns, keys of partitions and indexes, and whatever these call.
  private static let functionQuery = """
    , reach(from_class, from_id, classid, objid) AS (
      SELECT classid, objid, classid, objid FROM (
        SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid AS classid, o.oid
          AS objid
        FROM pg_catalog.pg_constraint o WHERE o.contype = 'c' AND (o.connamespace = $1
          OR o.contypid IN (SELECT k.oid FROM types k))
        UNION ALL
        SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid FROM pg_catalog.pg_attrdef d
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
        JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
        WHERE c.relnamespace = $1 AND a.attgenerated <> ''
        UNION ALL
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid FROM pg_catalog.pg_class c
        WHERE c.relnamespace = $1 AND c.relkind IN ('i', 'I', 'p')) found
      UNION
      SELECT r.from_class, r.from_id, d.refclassid, d.refobjid FROM reach r
      JOIN pg_catalog.pg_depend d ON d.classid = r.classid AND d.objid = r.objid
      WHERE d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
        'pg_catalog.pg_operator'::pg_catalog.regclass, 'pg_catalog.pg_cast'::pg_catalog.regclass)
    )
    SELECT DISTINCT pg_catalog.pg_describe_object(r.from_class, r.from_id, 0) || ', which calls '
      || pg_catalog.pg_describe_object(r.classid, r.objid, 0) AS obstacle
    FROM reach r JOIN pg_catalog.pg_proc p
      ON r.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = r.objid
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE l.lanname NOT IN ('c', 'internal') AND p.prosqlbody IS NULL AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      WHERE d.classid = r.classid AND d.objid = r.objid AND d.deptype = 'e')
    ORDER BY 1
    """

  /// Types of values that are names; roles and databases lie in no schema.
  private static let valueQuery = """
    SELECT DISTINCT pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass,
      k.relation, k.attribute) || ' of type ' || t.typname AS obstacle
    FROM types k JOIN pg_catalog.pg_type t ON t.oid = k.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname = 'pg_catalog' AND t.typname ~ '^reg'
      AND t.typname NOT IN ('regrole', 'regdatabase')
    ORDER BY 1
    """
}
