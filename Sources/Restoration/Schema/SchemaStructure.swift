internal import Bytes
internal import Cryptography
internal import Postgres

/// The structure of a schema as lines of text, for a token to bind: no rows, no statistics.
///
/// Every object comes with its oid, so that one that was dropped and made again is another one. It
/// must be read with an empty search path, under which PostgreSQL writes all names in full.
enum SchemaStructure {
  /// A hash over the structure of a schema.
  static func digest(_ schema: Int, _ connection: Connection) throws -> String {
    let lines = try connection.query(query, [Parameter(schema)]).map { $0[0] ?? "" }
    return try hash(lines.sorted().joined(separator: "\n"))
  }

  /// A text as a hash of 64 hexadecimal digits.
  static func hash(_ text: String) throws -> String {
    Hex.text(try SHA256.hash(Array(text.utf8)))
  }

  private static let query = """
    SELECT pg_catalog.format('schema %s %I %s %s', n.oid, n.nspname, n.nspowner, n.nspacl)
    FROM pg_catalog.pg_namespace n WHERE n.oid = $1
    UNION ALL
    SELECT pg_catalog.format('relation %s %I %s %s %s %s %s %s %s', c.oid, c.relname, c.relkind,
      c.relowner, c.relacl, c.reloptions, c.relpersistence, c.relrowsecurity,
      CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END)
    FROM pg_catalog.pg_class c WHERE c.relnamespace = $1 AND c.relkind <> 'i'
    UNION ALL
    SELECT pg_catalog.format('column %s %s %I %s %s %s %s %s', a.attrelid, a.attnum, a.attname,
      pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
      a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = $1 AND c.relkind <> 'i' AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT pg_catalog.format('index %s %s %s', i.indexrelid, i.indisvalid,
      pg_catalog.pg_get_indexdef(i.indexrelid))
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = $1
    UNION ALL
    SELECT pg_catalog.format('constraint %s %s %I %s', o.conrelid, o.contypid, o.conname,
      pg_catalog.pg_get_constraintdef(o.oid))
    FROM pg_catalog.pg_constraint o WHERE o.connamespace = $1
    UNION ALL
    SELECT pg_catalog.format('trigger %s %s %s', t.tgrelid, t.tgenabled,
      pg_catalog.pg_get_triggerdef(t.oid))
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = $1 AND NOT t.tgisinternal
    UNION ALL
    SELECT pg_catalog.format('rule %s %s %s', r.ev_class, r.ev_enabled,
      pg_catalog.pg_get_ruledef(r.oid))
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = $1 AND r.rulename <> '_RETURN'
    UNION ALL
    SELECT pg_catalog.format('policy %s %I %s %s %s %s %s', p.polrelid, p.polname, p.polcmd,
      p.polpermissive, p.polroles, pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
    WHERE c.relnamespace = $1
    UNION ALL
    SELECT pg_catalog.format('function %s %s %s %s', p.oid, p.proowner, p.proacl,
      CASE WHEN p.prokind IN ('f', 'p') THEN pg_catalog.pg_get_functiondef(p.oid)
        ELSE p.oid::pg_catalog.regprocedure::text END)
    FROM pg_catalog.pg_proc p WHERE p.pronamespace = $1
    UNION ALL
    SELECT pg_catalog.format('type %s %I %s %s %s %s', t.oid, t.typname, t.typtype, t.typowner,
      pg_catalog.format_type(t.typbasetype, t.typtypmod),
      (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ',' ORDER BY
        e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid))
    FROM pg_catalog.pg_type t WHERE t.typnamespace = $1 AND t.typtype IN ('d', 'e', 'r')
    """
}
