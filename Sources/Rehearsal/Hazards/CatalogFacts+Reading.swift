internal import Catalog
internal import Postgres

extension CatalogFacts {
  /// Reads the facts, with the columns of the tables of these names.
  static func read(_ connection: Connection, columnsOf names: Set<String>) throws -> CatalogFacts {
    var facts = CatalogFacts()
    facts.searchPath = try searchPath(connection)
    let columns = try columns(connection, of: names)
    for row in try connection.execute(tableQuery) {
      facts.add(
        Table(
          schema: row.string("nspname"),
          name: row.string("relname"),
          quoted: row.string("quoted"),
          bytes: row.int("bytes"),
          rows: max(0, row.int("rows")),
          isEmpty: row.int("main") == 0,
          isView: row.string("relkind") == "m",
          isParted: row.string("relkind") == "p",
          parent: row["parent"],
          columns: columns[row.string("quoted")] ?? [:]
        )
      )
    }
    for row in try connection.execute(indexQuery) {
      facts.add(
        Index(
          schema: row.string("nspname"),
          name: row.string("relname"),
          columns: row.string("columns").split(separator: "\n").map(String.init)
        )
      )
    }
    facts.foreignKeys = try foreignKeys(connection)
    return facts
  }

  /// Reads where a session looks for names without a schema.
  static func searchPath(_ connection: Connection) throws -> [String] {
    try connection.execute(
      "SELECT pg_catalog.unnest(pg_catalog.current_schemas(false)) AS name"
    ).map { $0.string("name") }
  }

  /// Reads the foreign keys, which is all that rules ask for after a patch.
  static func foreignKeys(_ connection: Connection) throws -> [ForeignKey] {
    try connection.execute(foreignKeyQuery).map { row in
      ForeignKey(
        name: row.string("conname"),
        table: row.string("quoted"),
        references: row.string("other"),
        columns: row.string("columns").split(separator: "\n").map(String.init),
        isIndexed: row.bool("is_indexed")
      )
    }
  }

  private static func columns(
    _ connection: Connection,
    of names: Set<String>
  ) throws -> [String: [String: Bool]] {
    guard !names.isEmpty else { return [:] }
    var columns: [String: [String: Bool]] = [:]
    let rows = try connection.query(columnQuery, [.text(names.sorted().joined(separator: "\n"))])
    for row in rows {
      columns[row.string("quoted"), default: [:]][row.string("attname")] = row.bool("attnotnull")
    }
    return columns
  }

  private static let isUserSchema =
    "n.nspname !~ '^pg_' AND n.nspname NOT IN (\(OwnSchemas.literals))"

  /// A partitioned table has no rows of its own: its figures are those of its partitions together.
  private static let tableQuery = """
    SELECT n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted,
      coalesce(s.bytes, pg_catalog.pg_table_size(c.oid)) AS bytes,
      coalesce(s.main, pg_catalog.pg_relation_size(c.oid)) AS main,
      coalesce(s.rows, c.reltuples)::bigint AS rows, c.relkind,
      (SELECT pg_catalog.format('%I.%I', o.nspname, p.relname)
       FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
       JOIN pg_catalog.pg_namespace o ON o.oid = p.relnamespace
       WHERE h.inhrelid = c.oid AND c.relispartition) AS parent
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN LATERAL (
      SELECT sum(pg_catalog.pg_table_size(t.relid))::bigint AS bytes,
        sum(pg_catalog.pg_relation_size(t.relid))::bigint AS main,
        sum(greatest(p.reltuples, 0)) AS rows
      FROM pg_catalog.pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class p ON p.oid = t.relid
      WHERE t.isleaf) AS s ON c.relkind = 'p'
    WHERE c.relkind IN ('r', 'p', 'm') AND \(isUserSchema)
    """

  private static let columnQuery = """
    SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted, a.attname, a.attnotnull
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
      AND c.relname::text = ANY (pg_catalog.string_to_array($1, E'\\n')) AND \(isUserSchema)
    """

  private static let indexQuery = """
    SELECT n.nspname, c.relname, (
      SELECT pg_catalog.string_agg(a.attname, E'\\n' ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid
        AND a.attnum <= x.indnkeyatts) AS columns
    FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE \(isUserSchema)
    """

  /// An index helps when its first columns are the key's, in any order, and it holds every row.
  private static let foreignKeyQuery = """
    SELECT k.conname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS quoted,
      pg_catalog.format('%I.%I', m.nspname, d.relname) AS other,
      (SELECT pg_catalog.string_agg(a.attname, E'\\n' ORDER BY a.attnum)
       FROM pg_catalog.pg_attribute a
       WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)) AS columns,
      EXISTS (
        SELECT FROM pg_catalog.pg_index x
        WHERE x.indrelid = k.conrelid AND x.indisvalid AND x.indpred IS NULL
          AND x.indnkeyatts >= pg_catalog.cardinality(k.conkey)
          AND (x.indkey::int2[])[0:pg_catalog.cardinality(k.conkey) - 1] @> k.conkey) AS is_indexed
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class d ON d.oid = k.confrelid
    JOIN pg_catalog.pg_namespace m ON m.oid = d.relnamespace
    WHERE k.contype = 'f' AND k.conparentid = 0 AND \(isUserSchema)
    ORDER BY 2, 1
    """
}
