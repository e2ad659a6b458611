internal import Bytes
internal import Catalog
internal import Postgres
internal import Problems
internal import Snapshot

/// The tables that rows are put into: that they are there, empty, and in which order they load.
struct DataOnlyTarget {
  /// A trigger that is off while rows load.
  struct Trigger {
    /// The statement that puts it back into the state that it had.
    let enabling: String
  }

  let connection: Connection
  let tables: [Manifest.Table]

  /// The tables as the server names them, in the order of `tables`.
  private var names: [String] { tables.map { SQL.identifier($0.schema, $0.name) } }

  /// The oids of the tables, as a subquery.
  var oids: String {
    let list = names.map { "\(SQL.literal($0))::pg_catalog.regclass::pg_catalog.oid" }
    return list.isEmpty ? "NULL::pg_catalog.oid" : list.joined(separator: ", ")
  }

  /// Refuses a database that lacks a table, or a column of one.
  func requireDefinition() throws {
    var found: [RelationName: Set<ExactText>] = [:]
    for row in try connection.execute(Self.columnQuery) {
      let name = RelationName(schema: row.string("schema"), name: row.string("name"))
      found[name, default: []].insert(ExactText(row.string("column")))
    }
    let missing = tables.flatMap { table -> [String] in
      let name = RelationName(schema: table.schema, name: table.name)
      guard let columns = found[name] else { return ["table \(table.label)"] }
      return table.columns.filter { !columns.contains(ExactText($0.name)) }
        .map { "column \($0.name) of \(table.label)" }
    }
    guard !missing.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.no-definition",
      "the target lacks what the rows go into; nothing was changed",
      facts: missing.prefix(10).map { Problem.Fact("missing", $0) },
      hint: "Without --data-only the definition comes along; --table chooses tables."
    )
  }

  /// Keeps everybody from writing until the end, so that what is empty stays so.
  func lock() throws {
    guard !tables.isEmpty else { return }
    let list = names.map { "ONLY \($0)" }.joined(separator: ", ")
    try connection.execute("LOCK TABLE \(list) IN SHARE ROW EXCLUSIVE MODE")
  }

  /// Refuses tables with rows.
  func requireEmpty() throws {
    var full: [String] = []
    for (table, name) in zip(tables, names)
    where try connection.execute("SELECT EXISTS (SELECT FROM ONLY \(name))").bool {
      full.append(table.label)
    }
    guard !full.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.not-empty",
      "\(full.count) of the tables already hold rows; nothing was changed",
      facts: full.prefix(10).map { Problem.Fact("not empty", $0) },
      hint: "Choose other tables with --table or --exclude-table, or empty these first."
    )
  }

  /// Turns the triggers of the user off.
  func disableTriggers() throws -> [Trigger] {
    let rows = try connection.execute(
      """
      SELECT t.tgrelid::pg_catalog.regclass AS table, t.tgname AS name, t.tgenabled AS state
      FROM pg_catalog.pg_trigger t
      WHERE t.tgrelid IN (\(oids)) AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY 1, 2
      """
    )
    return try rows.map { row in
      let (table, name) = (row.string("table"), SQL.identifier(row.string("name")))
      try connection.execute("ALTER TABLE ONLY \(table) DISABLE TRIGGER \(name)")
      let mode = ["A": "ALWAYS ", "R": "REPLICA "][row.string("state")] ?? ""
      return Trigger(enabling: "ALTER TABLE ONLY \(table) ENABLE \(mode)TRIGGER \(name)")
    }
  }

  /// The tables, each behind those that its foreign keys refer to.
  ///
  /// Throws a `Problem` of kind `refused` where they refer to each other in a circle.
  func inOrder() throws -> [Manifest.Table] {
    let rows = try connection.execute(referenceQuery)
    let edges = rows.map { ($0.int("referring"), $0.int("referred")) }
    let places = try connection.execute("SELECT o FROM pg_catalog.unnest(ARRAY[\(oids)]) o")
      .map { $0.int("o") }
    let order = ForeignKeyOrder(places, edges)
    guard order.circle.isEmpty else {
      let labels = zip(places, tables).filter { order.circle.contains($0.0) }.map(\.1.label)
      throw Problem(
        .refused,
        code: "restore.circular-keys",
        "foreign keys refer to each other in a circle; nothing was changed",
        facts: labels.prefix(10).map { Problem.Fact("table", $0) },
        hint: "Make one of the keys DEFERRABLE, or drop it and add it again afterwards; without"
          + " --data-only keys are made after the rows."
      )
    }
    let byOID = Dictionary(zip(places, tables)) { first, _ in first }
    return order.sorted.compactMap { byOID[$0] }
  }

  /// The materialised views that are there.
  func views() throws -> Set<RelationName> {
    Set(
      try connection.execute(
        """
        SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm'
        """
      ).map { RelationName(schema: $0.string("nspname"), name: $0.string("relname")) }
    )
  }

  private static let columnQuery = """
    SELECT n.nspname AS schema, c.relname AS name, a.attname AS column
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_attribute a
      ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r'
    """

  /// Keys that are checked at once, between two different tables with rows of their own.
  private var referenceQuery: String {
    """
    SELECT DISTINCT k.conrelid AS referring, l.relid::pg_catalog.oid AS referred
    FROM pg_catalog.pg_constraint k
    CROSS JOIN LATERAL (
      SELECT k.confrelid AS relid
      UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(k.confrelid) t WHERE t.isleaf) l
    WHERE k.contype = 'f' AND NOT k.condeferrable AND k.conrelid IN (\(oids))
      AND l.relid IN (\(oids)) AND l.relid <> k.conrelid
    """
  }
}
