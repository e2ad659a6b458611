internal import Postgres

/// What lies in a schema, as oids: what comes later is in no snapshot that was taken before.
enum SchemaContents {
  /// The oids of relations, functions, types and whatever else a schema holds by itself.
  static func read(_ schema: Int, _ connection: Connection) throws -> [Int] {
    try connection.query("SELECT o.objid FROM (\(query)) o ORDER BY 1", [Parameter(schema)])
      .map { $0.int("objid") }
  }

  /// What lies in a schema beside the objects that are known, described by PostgreSQL.
  static func unknown(
    in schema: Int,
    beside known: [Int],
    _ connection: Connection
  ) throws -> [String] {
    try connection.query(
      """
      SELECT pg_catalog.pg_describe_object(o.classid, o.objid, 0) AS object
      FROM (\(query)) o WHERE o.objid <> ALL ($2::pg_catalog.oid[]) ORDER BY 1
      """,
      [Parameter(schema), .text("{\(known.map(String.init).joined(separator: ","))}")]
    ).map { $0.string("object") }
  }

  private static let query = """
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d
    WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = $1
      AND d.classid NOT IN ('pg_catalog.pg_default_acl'::pg_catalog.regclass,
        'pg_catalog.pg_publication_namespace'::pg_catalog.regclass)
    UNION
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, c.oid FROM pg_catalog.pg_class c
    WHERE c.relnamespace = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    """
}
