internal import Postgres

/// A relation as it stands between two statements.
struct TableState {
  let name: String
  let isTable: Bool
  let fileNode: Int
  let bytes: Int

  /// All relations of the user with storage or locks worth naming, by oid.
  static func all(_ connection: Connection) throws(PostgresError) -> [Int: TableState] {
    var found: [Int: TableState] = [:]
    for row in try connection.execute(query) {
      found[row.int("oid")] = TableState(
        name: row.string("name"),
        isTable: row.bool("is_table"),
        fileNode: row.int("filenode"),
        bytes: row.int("bytes")
      )
    }
    return found
  }

  private static let query = """
    SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
      c.relkind IN ('r', 'm') AS is_table,
      COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0) AS filenode,
      CASE WHEN c.relkind IN ('r', 'm', 't') THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END AS bytes
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S') AND n.nspname !~ '^pg_'
      AND n.nspname NOT IN ('information_schema', 'drydock',
        'drydock_pages', 'drydock_witness')
    """
}
