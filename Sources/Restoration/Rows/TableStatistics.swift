internal import Postgres

/// Gathers the planner's statistics of what was restored.
///
/// A plain `ANALYZE` also samples the foreign partitions of partitioned tables: it would connect to
/// other servers, and fails where they cannot be reached or their wrapper has no handler (tested).
/// So a parent with a foreign descendant is left out, and its partitions are named themselves; those
/// of every other parent come along with it.
struct TableStatistics {
  let connection: Connection
  /// The only schema to look at; nil for all.
  var schema: String?

  /// Tables in one statement; outside a transaction each one's lock goes with it all the same.
  private static let batch = 500

  /// Analyses every table and materialised view, batch by batch.
  func gather() throws {
    let names = try names()
    for start in stride(from: 0, to: names.count, by: Self.batch) {
      let part = names[start..<min(start + Self.batch, names.count)]
      try connection.execute("ANALYZE \(part.joined(separator: ", "))")
    }
  }

  /// The relations to name, as SQL.
  func names() throws -> [String] {
    try connection.query(Self.query, [Parameter(schema)]).map {
      SQL.identifier($0.string("nspname"), $0.string("relname"))
    }
  }

  private static let query = """
    WITH RECURSIVE above AS (
      SELECT i.inhparent AS oid FROM pg_catalog.pg_inherits i
      JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind = 'f'
      UNION
      SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN above a ON a.oid = i.inhrelid)
    SELECT n.nspname, c.relname FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND n.nspname = coalesce($1::name, n.nspname)
      AND c.oid NOT IN (SELECT oid FROM above)
      AND NOT (c.relispartition AND EXISTS (
        SELECT FROM pg_catalog.pg_inherits i
        WHERE i.inhrelid = c.oid AND i.inhparent NOT IN (SELECT oid FROM above)))
    ORDER BY c.oid
    """
}
