internal import Postgres
internal import Problems

/// Counts rows that a foreign key would not allow, without locks that anybody waits for.
///
/// What cannot be counted by hand is left to the server, which validates each key in the end: types
/// that are not PostgreSQL's own, periods, tables that this role may not read as a whole.
struct ForeignKeyCheck {
  /// The name of a table.
  struct Table {
    let schema: String
    let name: String

    var sql: String { SQL.identifier(schema, name) }
    var label: String { "\(schema).\(name)" }
  }

  /// A foreign key whose rows can be found by a query.
  struct Search {
    let name: String
    let table: Table
    let other: Table
    let definition: ForeignKeyDefinition

    /// The condition that finds them among the rows `o` of the table.
    private var condition: String {
      let columns = zip(definition.columns, definition.referenced)
      let isSet = columns.map { "o.\(SQL.identifier($0.0)) IS NOT NULL" }
      let isEqual = columns.map { "k.\(SQL.identifier($0.1)) = o.\(SQL.identifier($0.0))" }
      return isSet.joined(separator: " AND ")
        + " AND NOT EXISTS (SELECT FROM \(other.sql) k WHERE "
        + isEqual.joined(separator: " AND ") + ")"
    }

    /// A query for a person.
    var rows: String { "SELECT * FROM \(table.sql) o WHERE \(condition)" }
    fileprivate var count: String { "SELECT count(*) FROM \(table.sql) o WHERE \(condition)" }
    fileprivate var columns: [(table: Table, names: [String])] {
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
    try connection.execute("SAVEPOINT drydock_check")
    do {
      return try connection.execute(key.count).int
    } catch {
      guard error.sqlState == "42501" else { throw error }
      try connection.execute("ROLLBACK TO drydock_check")
      return nil
    }
  }

  /// Refuses an exchange after which a foreign key would not hold.
  func requireHolding(_ keys: [Search]) throws {
    for key in keys {
      guard let rows = try violations(of: key), rows > 0 else { continue }
      throw Problem(
        .refused,
        code: "restore.foreign-key",
        "foreign key \(key.name) of \(key.table.label) would not hold",
        reason: "\(rows) of its rows refer to rows of \(key.other.label) that are not there",
        facts: [.init("rows", key.rows)],
        hint: "Remove or change those rows first, or choose another snapshot."
      )
    }
  }

  private func isPlain(_ table: Table, _ columns: [String]) throws -> Bool {
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
