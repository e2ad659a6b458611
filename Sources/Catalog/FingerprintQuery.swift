/// One set-based query of the fingerprint: it returns `kind`, `name` and `text` of many objects.
///
/// Every query may use `$1`, the oids of the partitions that merely repeat their parent.
struct FingerprintQuery: Sendable {
  /// The part that its objects belong to.
  let part: SchemaObject.Part
  /// The statement.
  let sql: String

  init(_ part: SchemaObject.Part, _ sql: String) {
    self.part = part
    self.sql = sql
  }

  /// All of them.
  static let all: [FingerprintQuery] = structure + programs + others + access + environment

  /// The condition that a row of pg_namespace is a schema of the user's.
  ///
  /// Ours are out: the ledger's schema, that of the page function, and copies that a restore set
  /// aside (`<base>__dd_<operation>_old`).
  static func isUserSchema(_ namespace: String) -> String {
    """
    (\(namespace).nspname NOT IN ('pg_catalog', \(OwnSchemas.literals))
      AND \(namespace).nspname !~ '^pg_(toast|temp)|__dd_[a-z0-9]+_(new|old)$')
    """
  }

  /// The condition that an object was not made by an extension, whose version says all about it.
  static func isNoExtensionMember(_ catalog: String, _ oid: String) -> String {
    """
    NOT EXISTS (SELECT FROM pg_depend AS member WHERE member.classid = '\(catalog)'::regclass
      AND member.objid = \(oid) AND member.objsubid = 0 AND member.deptype = 'e')
    """
  }

  /// A column of options (`name=value`) as text; values of `secret` ones only as a hash.
  ///
  /// Names that begin with `pg_` are the server's own notes, not the user's: Debian's 15.20 gives each
  /// column a `pg_attver` with a new random number, which pg_dump leaves out as well.
  static func options(_ column: String, secret: Bool = false) -> String {
    guard secret else {
      return """
        (SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(\(column)) AS o
          WHERE o NOT LIKE 'pg\\_%')
        """
    }
    return """
      (SELECT string_agg(split_part(o, '=', 1) || '=md5:' || md5(o), ', ' ORDER BY o)
        FROM unnest(\(column)) AS o)
      """
  }

  /// What the server says about a column besides its place.
  ///
  /// Its aliases are `a` for pg_attribute, `t` for its type, `d` for its default.
  static let columnText = """
    format_type(a.atttypid, a.atttypmod)
      || CASE WHEN a.attcollation <> t.typcollation THEN
           ' COLLATE ' || (SELECT format('%I.%I', n.nspname, l.collname) FROM pg_collation AS l
             JOIN pg_namespace AS n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation)
         ELSE '' END
      || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
      || CASE WHEN a.attgenerated <> '' THEN
           ' GENERATED ' || a.attgenerated::text || ' (' || pg_get_expr(d.adbin, d.adrelid) || ')'
         WHEN d.oid IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
         ELSE '' END
      || CASE WHEN a.attstorage <> t.typstorage THEN ' STORAGE ' || a.attstorage::text ELSE '' END
      || CASE WHEN a.attcompression <> '' THEN ' COMPRESSION ' || a.attcompression::text ELSE '' END
      || coalesce(' WITH (' || \(options("a.attoptions")) || ')', '')
      || coalesce(' OPTIONS (' || \(options("a.attfdwoptions", secret: true)) || ')', '')
      || CASE WHEN coalesce(a.attstattarget, -1) >= 0 THEN ' STATISTICS ' || a.attstattarget
         ELSE '' END
    """

  /// The joins that `columnText` needs, from pg_attribute as `a`.
  static let columnJoins = """
    JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    """

  /// The oids of partitions whose columns are those of their parent, whatever their order.
  ///
  /// Whether a column is an identity is left out: before 17 a partition did not inherit that.
  static let repeatingPartitions = """
    WITH family AS (
      SELECT inhrelid AS oid FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
      WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
      UNION SELECT inhparent FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
      WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')),
    shape AS (
      SELECT a.attrelid, string_agg(a.attname || ' ' || \(columnText), E'\\n'
        ORDER BY a.attname) AS columns
      FROM pg_attribute AS a \(columnJoins)
      WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (SELECT oid FROM family)
      GROUP BY a.attrelid)
    SELECT i.inhrelid AS oid FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
    LEFT JOIN shape AS child ON child.attrelid = i.inhrelid
    LEFT JOIN shape AS parent ON parent.attrelid = i.inhparent
    WHERE c.relkind IN ('r', 'p', 'f') AND child.columns IS NOT DISTINCT FROM parent.columns
    """
}
