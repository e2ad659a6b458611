extension RelationState {
  /// Built-in base types whose text depends on nothing but the value and a transfer's settings.
  ///
  /// By oid, which never changes (manual, 53.64 and `pg_type.dat`). What is left out prints names of
  /// other objects (`regclass`, `aclitem`) or is internal.
  static let plainTypes: [(oid: Int, name: String)] = [
    (16, "bool"), (17, "bytea"), (18, "char"), (19, "name"), (20, "int8"), (21, "int2"),
    (22, "int2vector"), (23, "int4"), (25, "text"), (26, "oid"), (27, "tid"), (28, "xid"),
    (29, "cid"), (30, "oidvector"), (114, "json"), (142, "xml"), (600, "point"), (601, "lseg"),
    (602, "path"), (603, "box"), (604, "polygon"), (628, "line"), (650, "cidr"), (700, "float4"),
    (701, "float8"), (718, "circle"), (774, "macaddr8"), (790, "money"), (829, "macaddr"),
    (869, "inet"), (1042, "bpchar"), (1043, "varchar"), (1082, "date"), (1083, "time"),
    (1114, "timestamp"), (1184, "timestamptz"), (1186, "interval"), (1266, "timetz"),
    (1560, "bit"), (1562, "varbit"), (1700, "numeric"), (1790, "refcursor"), (2950, "uuid"),
    (2970, "txid_snapshot"), (3220, "pg_lsn"), (3614, "tsvector"), (3615, "tsquery"),
    (3802, "jsonb"), (4072, "jsonpath"), (5038, "pg_snapshot"), (5069, "xid8"),
  ]

  private static let plainOids = plainTypes.map { String($0.oid) }.joined(separator: ", ")

  /// Walks from each type in use to all that it is made of, then sums up types and tables.
  static let query = """
    WITH RECURSIVE stored AS MATERIALIZED (
      SELECT c.oid, c.reltablespace FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND c.relpersistence IN ('p', 'u')
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ), columns AS MATERIALIZED (
      SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation,
        a.attgenerated, a.atthasmissing, a.attmissingval, a.attisdropped
      FROM pg_catalog.pg_attribute a JOIN stored s ON s.oid = a.attrelid
      WHERE a.attnum > 0
    ), reach(root, type) AS (
      SELECT DISTINCT atttypid, atttypid FROM columns
      WHERE NOT attisdropped AND attgenerated = ''
      UNION
      SELECT r.root, part.type FROM reach r
      JOIN pg_catalog.pg_type t ON t.oid = r.type AND t.oid NOT IN (\(plainOids))
      CROSS JOIN LATERAL (\(parts)) part(type)
    ), texts AS (
      SELECT t.oid, \(text) AS text FROM pg_catalog.pg_type t
      WHERE t.oid IN (SELECT type FROM reach)
    ), roots AS (
      SELECT r.root, CASE WHEN pg_catalog.bool_and(t.text IS NOT NULL) THEN
        pg_catalog.md5(pg_catalog.string_agg(t.text, E'\\n' ORDER BY t.oid)) END AS digest
      FROM reach r LEFT JOIN texts t ON t.oid = r.type GROUP BY r.root
    )
    SELECT s.oid, CASE WHEN s.reltablespace = 0 THEN d.dattablespace ELSE s.reltablespace END
        AS tablespace,
      pg_catalog.md5(coalesce(pg_catalog.string_agg(\(column), E'\\n' ORDER BY c.attnum), ''))
        AS columns,
      CASE WHEN pg_catalog.bool_and(
          r.digest IS NOT NULL OR coalesce(c.attisdropped OR c.attgenerated <> '', true)) THEN
        pg_catalog.md5(coalesce(pg_catalog.string_agg(r.digest, E'\\n' ORDER BY c.attnum), ''))
        END AS types
    FROM stored s
    JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
    LEFT JOIN columns c ON c.attrelid = s.oid
    LEFT JOIN roots r ON r.root = c.atttypid AND c.attgenerated = ''
    GROUP BY s.oid, s.reltablespace, d.dattablespace
    """

  private static let column = """
    pg_catalog.format('%s %L %s %s %s %L %s %L %s', c.attnum, c.attname, c.atttypid, c.atttypmod,
      c.attcollation, c.attgenerated, c.atthasmissing, c.attmissingval::text, c.attisdropped)
    """

  /// The types that a type `t` is made of; none of a base type.
  private static let parts = """
    SELECT t.typelem WHERE \(isArray)
    UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
    UNION ALL SELECT g.rngsubtype FROM pg_catalog.pg_range g
      WHERE t.typtype = 'r' AND g.rngtypid = t.oid
    UNION ALL SELECT g.rngtypid FROM pg_catalog.pg_range g
      WHERE t.typtype = 'm' AND g.rngmultitypid = t.oid
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    """

  /// A type that PostgreSQL itself made for the arrays of another, not one that merely looks so.
  private static let isArray = """
    t.typtype = 'b' AND t.typoutput = 'pg_catalog.array_out'::pg_catalog.regproc
      AND EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
    """

  /// What of a type `t` itself decides its text; NULL where that cannot be known.
  private static let text = """
    CASE
      WHEN t.oid IN (\(plainOids)) THEN pg_catalog.format('plain %s', t.oid)
      WHEN \(isArray) THEN pg_catalog.format('array %s %s %L', t.oid, t.typelem, t.typdelim)
      WHEN t.typtype = 'd' THEN
        pg_catalog.format('domain %s %s %s', t.oid, t.typbasetype, t.typtypmod)
      WHEN t.typtype = 'e' THEN pg_catalog.format('enum %s %s', t.oid, (
        SELECT pg_catalog.string_agg(pg_catalog.format('%s %L', e.oid, e.enumlabel), ' '
          ORDER BY e.oid) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid))
      WHEN t.typtype IN ('r', 'm') THEN pg_catalog.format('range %s %s', t.oid, t.typtype)
      WHEN t.typtype = 'c' THEN pg_catalog.format('composite %s %s', t.oid, (
        SELECT pg_catalog.string_agg(\(column), ' ' ORDER BY c.attnum)
        FROM pg_catalog.pg_attribute c WHERE c.attrelid = t.typrelid AND c.attnum > 0))
      WHEN t.typtype = 'b' THEN (
        SELECT pg_catalog.format('extension %I %s %s', x.extname, x.extversion, t.oid)
        FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid
        WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objid = t.oid
          AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e')
    END
    """
}
