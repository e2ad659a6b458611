public import Postgres

/// What the text of a row depends on beside the table: labels of enums, fields of composites,
/// bases of domains, versions of extensions.
///
/// No table lock protects a type. An enum that is renamed in mid-snapshot makes COPY emit the new
/// labels where SQL in the same snapshot shows the old ones (tested), so a backup compares this
/// before its first row and after its last.
///
/// The row types of tables are left out: a table that is read is locked, and one that somebody makes
/// meanwhile, be it temporary or our own witness, is no reason to read everything again.
public struct TypeFingerprint: Sendable, Equatable {
  /// A digest of every user-defined type.
  public var digest: String

  /// Reads the fingerprint as the session's snapshot sees it.
  public static func read(_ connection: Connection) throws(PostgresError) -> TypeFingerprint {
    TypeFingerprint(digest: try connection.execute(query).value ?? "")
  }

  private static let query = """
    SELECT pg_catalog.md5(pg_catalog.string_agg(item, E'\\n' ORDER BY item)) FROM (
      SELECT pg_catalog.format('enum %s %s %L', enumtypid, enumsortorder, enumlabel) AS item
      FROM pg_catalog.pg_enum
      UNION ALL
      SELECT pg_catalog.format('type %s %I %s %s %s %s', t.oid, t.typname, t.typtype,
        t.typbasetype, t.typtypmod, t.typelem)
      FROM pg_catalog.pg_type t
      LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
      LEFT JOIN pg_catalog.pg_class c ON c.oid = greatest(t.typrelid, e.typrelid)
      WHERE t.oid >= 16384 AND (c.oid IS NULL OR c.relkind = 'c')
      UNION ALL
      SELECT pg_catalog.format('field %s %s %I %s %s %s', c.reltype, a.attnum, a.attname,
        a.atttypid, a.atttypmod, a.attisdropped)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
      WHERE c.relkind = 'c' AND c.oid >= 16384 AND a.attnum > 0
      UNION ALL
      SELECT pg_catalog.format('extension %I %s', extname, extversion)
      FROM pg_catalog.pg_extension) items
    """
}
