internal import Bytes
public import Postgres

extension Relation {
  /// Lists the relations of the session's database that hold data, by oid.
  ///
  /// Four set-based queries, whatever the number of tables. Source: the rules of `pg_dump` about
  /// what has data (manual, `pg_extension_config_dump` in 38.17.3, and chapter 53 for the catalogs).
  public static func list(_ connection: Connection) throws(PostgresError) -> [Relation] {
    let columns = try columnsByRelation(connection)
    let roots = try loadRoots(connection)
    let indexes = try indexesByTable(connection)
    return try connection.execute(relationQuery).map { row in
      let oid = row.int("oid")
      let kind = Kind(rawValue: row.string("relkind")) ?? .table
      return Relation(
        oid: oid,
        name: RelationName(schema: row.string("nspname"), name: row.string("relname")),
        kind: kind,
        isUnlogged: row.string("relpersistence") == "u",
        fileNode: row["filenode"].flatMap { Int($0) },
        accessMethod: row["amname"],
        isPopulated: row.bool("relispopulated"),
        columns: ordered(columns[oid] ?? [], as: roots[oid].flatMap { columns[$0.oid] }),
        condition: row["condition"].flatMap { $0.isEmpty ? nil : $0 },
        isConfiguration: row.bool("is_configuration"),
        loadRoot: roots[oid]?.name,
        indexes: indexes[oid] ?? []
      )
    }
  }

  /// A leaf that is loaded through its root is read in the root's order of columns, so that the
  /// text of a row, and with it the digest, is the same on both ways.
  private static func ordered(_ columns: [Column], as root: [Column]?) -> [Column] {
    guard let root else { return columns }
    let places = Dictionary(
      root.enumerated().map { (ExactText($0.element.name), $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
    return columns.sorted {
      (places[ExactText($0.name)] ?? .max) < (places[ExactText($1.name)] ?? .max)
    }
  }

  private static func columnsByRelation(
    _ connection: Connection
  ) throws(PostgresError) -> [Int: [Column]] {
    var found: [Int: [Column]] = [:]
    for row in try connection.execute(columnQuery) {
      found[row.int("attrelid"), default: []].append(
        Column(name: row.string("attname"), type: row.string("type"))
      )
    }
    return found
  }

  private static func indexesByTable(
    _ connection: Connection
  ) throws(PostgresError) -> [Int: [String]] {
    var found: [Int: [String]] = [:]
    for row in try connection.execute(indexQuery) {
      found[row.int("indrelid"), default: []].append(row.string("relname"))
    }
    return found
  }

  /// The topmost partitioned ancestor whose rows are placed by the hash of an enum.
  ///
  /// An enum hashes by the oid of its label, which a restore gives anew: a row that lay in one leaf
  /// belongs to another afterwards (tested on 15 and 18).
  private static func loadRoots(
    _ connection: Connection
  ) throws(PostgresError) -> [Int: (oid: Int, name: RelationName)] {
    var found: [Int: (oid: Int, name: RelationName)] = [:]
    for row in try connection.execute(loadRootQuery) {
      found[row.int("leaf")] = (
        row.int("root"), RelationName(schema: row.string("nspname"), name: row.string("relname"))
      )
    }
    return found
  }

  private static let relationQuery = """
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, a.amname, c.relispopulated,
      CASE WHEN c.relkind <> 'p' THEN pg_catalog.pg_relation_filenode(c.oid) END AS filenode,
      k.place IS NOT NULL AS is_configuration,
      e.extcondition[k.place] AS condition
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND d.objid = c.oid AND d.objsubid = 0 AND d.deptype = 'e'
    LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    LEFT JOIN LATERAL (
      SELECT pg_catalog.array_position(e.extconfig, c.oid) AS place) k ON true
    WHERE c.relkind IN ('r', 'p', 'S', 'm') AND c.relpersistence IN ('p', 'u')
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND (e.oid IS NULL OR k.place IS NOT NULL)
      -- It proves where a snapshot stands in history; a copy of it would prove a lie.
      AND n.nspname <> 'drydock_witness'
    ORDER BY c.oid
    """

  private static let columnQuery = """
    SELECT a.attrelid, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY a.attrelid, a.attnum
    """

  private static let indexQuery = """
    SELECT i.indrelid, c.relname
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY i.indrelid, c.relname
    """

  private static let loadRootQuery = """
    WITH RECURSIVE unsafe AS (
      SELECT p.partrelid AS oid FROM pg_catalog.pg_partitioned_table p
      WHERE p.partstrat = 'h' AND EXISTS (
        SELECT FROM pg_catalog.unnest(p.partclass::pg_catalog.oid[]) k(opclass)
        JOIN pg_catalog.pg_opclass o ON o.oid = k.opclass WHERE o.opcname = 'enum_ops')
    ), tree AS (
      SELECT u.oid AS root, u.oid AS leaf, 0 AS depth FROM unsafe u
      UNION ALL
      SELECT t.root, i.inhrelid, t.depth + 1
      FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.leaf
    )
    SELECT DISTINCT ON (t.leaf) t.leaf, t.root, n.nspname, c.relname
    FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.root
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_class l ON l.oid = t.leaf AND l.relkind = 'r'
    ORDER BY t.leaf, t.depth DESC
    """
}
