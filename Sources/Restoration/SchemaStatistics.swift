internal import Postgres

/// The tables of a schema that ANALYZE has to look at; partitions come with their parents.
enum SchemaStatistics {
  /// Their names as SQL.
  static func tables(of schema: String, _ connection: Connection) throws -> [String] {
    try connection.query(
      """
      SELECT c.relname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
      ORDER BY c.oid
      """,
      [.text(schema)]
    ).map { SQL.identifier(schema, $0.string("relname")) }
  }
}
