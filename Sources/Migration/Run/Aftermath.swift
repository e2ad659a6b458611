internal import Postgres
internal import Problems
internal import SQLSyntax

/// Tells from the database whether a bare statement took effect in a run that ended while it ran.
struct Aftermath {
  enum Verdict: Equatable {
    case done, redo, running, undecidable
  }

  /// What the intent notes about an index: only one that was absent before is ours to drop.
  private static let absent = "absent"
  private static let present = "present"

  let statement: Statement
  let connection: Connection

  /// Commands that may be run again whatever became of them.
  private static let repeatable: Set<String> = ["VacuumStmt", "ReindexStmt", "ClusterStmt"]

  /// What is worth knowing later about the database before the statement.
  func noteBefore() throws -> String? {
    guard let index = createdIndex else { return nil }
    return try look(index) == nil ? Self.absent : Self.present
  }

  /// Whether the statement is done, must be run again, still runs, or cannot be decided.
  ///
  /// An invalid index is dropped when the intent says that there was none of its name before.
  func decide(noted note: String) throws -> Verdict {
    if Self.repeatable.contains(statement.syntax.kind) { return .redo }
    if let index = createdIndex { return try decideCreated(index, note) }
    if statement.syntax.kind == "DropStmt", statement.syntax.indexes.count == 1 {
      return try look(statement.syntax.indexes[0]) == nil ? .done : .redo
    }
    return .undecidable
  }

  private var createdIndex: StatementSyntax.IndexName? {
    statement.syntax.indexedTable == nil ? nil : statement.syntax.indexes.first
  }

  private func decideCreated(
    _ index: StatementSyntax.IndexName,
    _ note: String
  ) throws -> Verdict {
    guard let found = try look(index) else { return .redo }
    if found.isBuilding { return .running }
    if found.isValid {
      // One that was there before is not what the statement built: the server says so once more.
      if note == Self.present { return .redo }
      return found.isOnTable ? .done : .undecidable
    }
    guard note == Self.absent, found.isOnTable else { return .undecidable }
    try connection.execute("DROP INDEX CONCURRENTLY \(found.name)")
    return .redo
  }

  private struct Found {
    var name: String
    var isValid: Bool
    var isBuilding: Bool
    var isOnTable: Bool
  }

  /// The index of that name, where the statement would find it.
  private func look(_ index: StatementSyntax.IndexName) throws -> Found? {
    let table = statement.syntax.indexedTable
    let tableName = table.map { Self.quoted($0) }
    let rows = try connection.query(
      """
      SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name,
        i.indisvalid AS is_valid,
        EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index p
          WHERE p.index_relid = c.oid) AS is_building,
        coalesce(i.indrelid = pg_catalog.to_regclass($3), false) AS is_on_table
      FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = $1 AND CASE WHEN $3::text IS NOT NULL THEN
        c.relnamespace = (SELECT t.relnamespace FROM pg_catalog.pg_class t
          WHERE t.oid = pg_catalog.to_regclass($3))
        ELSE c.oid = pg_catalog.to_regclass($2) END
      """,
      [.text(index.name), .text(Self.quoted(index)), Parameter(tableName)]
    )
    return rows.first.map { row in
      Found(
        name: row.string("name"),
        isValid: row.bool("is_valid"),
        isBuilding: row.bool("is_building"),
        isOnTable: row.bool("is_on_table")
      )
    }
  }

  private static func quoted(_ index: StatementSyntax.IndexName) -> String {
    index.schema.map { SQL.identifier($0, index.name) } ?? SQL.identifier(index.name)
  }
}
