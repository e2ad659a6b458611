internal import Postgres
internal import Problems

/// The one row of a table of parameters, in a transaction.
struct OneRow {
  let connection: Connection
  /// The table's name in full, quoted where it must be.
  let name: String
  private let columns: [(name: String, type: String)]

  /// Finds the table and its columns.
  init(_ table: String, _ connection: Connection) throws {
    let found = try connection.query(
      """
      SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass($1)::oid AND c.relkind IN ('r', 'p')
      """,
      [.text(table)]
    )
    guard let row = found.first else {
      throw Problem(
        .usage,
        code: "parameters.no-table",
        "there is no table \(table) in this database",
        hint: "Write it under 'parameters:' in the configuration as in SQL, with its schema."
      )
    }
    name = row.string("name")
    self.connection = connection
    columns = try connection.query(
      """
      SELECT attname, pg_catalog.format_type(atttypid, atttypmod) AS type
      FROM pg_catalog.pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped
      ORDER BY attnum
      """,
      [.text(row.string("oid"))]
    ).map { ($0.string("attname"), $0.string("type")) }
  }

  /// Reads the row.
  func read() throws -> [ParameterTable.Parameter] { try values("") }

  /// Reads the row and keeps others from changing it until the transaction ends.
  func lock() throws -> [ParameterTable.Parameter] { try values(" FOR UPDATE") }

  private func values(_ suffix: String) throws -> [ParameterTable.Parameter] {
    let list = columns.map { "\(SQL.identifier($0.name))::text" }.joined(separator: ", ")
    let rows = try connection.query("SELECT \(list) FROM \(name) LIMIT 2\(suffix)", [])
    guard rows.count == 1, let row = rows.first else {
      throw Problem(
        .refused,
        code: "parameters.not-one-row",
        "table \(name) has \(rows.count == 0 ? "no row" : "more than one row")",
        reason: "parameters are the columns of a table with exactly one row",
        hint: "Name the right table under 'parameters:' in the configuration."
      )
    }
    return columns.indices.map { place in
      .init(name: columns[place].name, type: columns[place].type, value: row[place])
    }
  }

  /// Refuses a value that is none of the type, before anything is written.
  func check(_ value: String, for parameter: ParameterTable.Parameter) throws {
    do {
      // The type's name comes from the catalog, which quotes it.
      try connection.query("SELECT ($1::text)::\(parameter.type)", [.text(value)])
    } catch {
      guard error.sqlState?.hasPrefix("22") == true else { throw error }
      throw Problem(
        .usage,
        code: "parameters.wrong-type",
        "the value for \(parameter.name) is no \(parameter.type); nothing was changed",
        reason: error.reason,
        facts: [.init("value now", parameter.value ?? "NULL")],
        hint: "Give a value as PostgreSQL writes a \(parameter.type)."
      )
    }
  }

  /// Writes values, all in one statement, so that a check which concerns two of them holds.
  func write(_ values: [(String, String?)]) throws {
    let settings = values.indices.map { place in
      "\(SQL.identifier(values[place].0)) = $\(place + 1)"
    }
    try connection.query(
      "UPDATE \(name) SET \(settings.joined(separator: ", "))",
      values.map { Parameter($0.1) }
    )
  }

  /// Writes a change into the history.
  func record(_ change: ParameterTable.Change) throws {
    try connection.query(
      """
      INSERT INTO drydock.parameter_changes (table_name, parameter, old_value, new_value, reason)
      VALUES ($1, $2, $3, $4, $5)
      """,
      [
        .text(name), .text(change.name), Parameter(change.old), Parameter(change.new),
        Parameter(change.reason),
      ]
    )
  }
}
