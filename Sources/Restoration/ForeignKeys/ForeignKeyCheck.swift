internal import Catalog
internal import Postgres
internal import Problems

/// Counts rows that a foreign key would not allow, without locks that anybody waits for.
///
/// What cannot be counted by hand is left to the server, which validates each key in the end: types
/// that are not PostgreSQL's own, periods, tables that this role may not read as a whole.
struct ForeignKeyCheck {
  /// A foreign key whose rows can be found by a query.
  struct Search {
    let name: String
    let table: RelationName
    let other: RelationName
    let definition: ForeignKeyDefinition

    /// The condition that finds them among the rows `o` of the table.
    ///
    /// - Parameters:
    ///   - other: The table that is referred to, as SQL.
    ///   - quoted: Writes a column's name as SQL.
    /// - Returns: The condition.
    func condition(_ other: String, _ quoted: (String) -> String) -> String {
      let columns = zip(definition.columns, definition.referenced)
      let isSet = columns.map { "o.\(quoted($0.0)) IS NOT NULL" }
      let isEqual = columns.map { "k.\(quoted($0.1)) = o.\(quoted($0.0))" }
      return isSet.joined(separator: " AND ") + " AND NOT EXISTS (SELECT FROM \(other) k WHERE "
        + isEqual.joined(separator: " AND ") + ")"
    }

    /// A query for a person.
    var rows: String { "SELECT * \(source)" }
    fileprivate var count: String { "SELECT count(*) \(source)" }
    private var source: String {
      let other = SQL.identifier(other.schema, other.name)
      let condition = condition(other) { SQL.identifier($0) }
      return "FROM \(SQL.identifier(table.schema, table.name)) o WHERE \(condition)"
    }
    fileprivate var columns: [(table: RelationName, names: [String])] {
      [(table, definition.columns), (other, definition.referenced)]
    }
  }

  let connection: Connection

  /// How many rows refer to nothing; nil where that cannot be counted.
  ///
  /// Inside a transaction, which goes on whatever the server answers.
  func violations(of key: Search) throws -> Int? {
    guard !key.definition.isTemporal else { return nil }
    for (table, columns) in key.columns {
      guard try isPlain(table, columns) else { return nil }
    }
    let counted = try connection.attempt({ $0.sqlState == "42501" }) { () throws(PostgresError) in
      try connection.execute(key.count).int
    }
    guard case .success(let rows) = counted else { return nil }
    return rows
  }

  /// Refuses an exchange after which a foreign key would not hold.
  func requireHolding(_ keys: [Search]) throws {
    for key in keys {
      guard let rows = try violations(of: key), rows > 0 else { continue }
      throw Problem(
        .refused,
        code: "restore.foreign-key",
        "foreign key \(key.name) of \(key.table) would not hold",
        reason: "\(rows) of its rows refer to rows of \(key.other) that are not there",
        facts: [.init("rows", key.rows)],
        hint: "Remove or change those rows first, or choose another snapshot."
      )
    }
  }

  private func isPlain(_ table: RelationName, _ columns: [String]) throws -> Bool {
    let names = columns.map { SQL.literal($0) }.joined(separator: ", ")
    return try connection.query(
      """
      SELECT count(*) FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace AND tn.nspname = 'pg_catalog'
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attname IN (\(names))
      """,
      [.text(table.schema), .text(table.name)]
    ).int == columns.count
  }
}
