internal import Bytes
internal import Postgres
internal import Problems

/// What the database says about a backfill's table: rows must be told apart, and come in an order.
struct BackfillTable {
  /// The types of the key's columns, as SQL, in the key's order.
  let types: [String]

  /// Looks the table up on the session's search path.
  ///
  /// - Throws: A `Problem` when there is no such table, or when its key is no unique index of columns
  ///   that are never NULL: a batch of such rows could neither be ended nor be split.
  static func read(_ backfill: Backfill, _ file: String, _ connection: Connection) throws -> Self {
    let table = try connection.query(
      "SELECT oid FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass($1)"
        + " AND relkind IN ('r', 'p')",
      [.text(backfill.table)]
    )
    guard let oid = table.value else {
      throw Problem(
        .refused,
        code: "backfill.table",
        "\(file): there is no table \(backfill.table) here",
        hint: "Name the table with its schema in the directive: backfill shop.orders by id."
      )
    }
    let columns: Rows
    do {
      columns = try connection.query(columnQuery, [.text(oid), .text(list(backfill.key))])
    } catch {
      guard error.sqlState == "22023" else { throw error }
      throw BackfillProblem.cannotLookUp(error, backfill, file)
    }
    let missing = zip(backfill.key, columns).first { $0.1["number"] == nil }?.0
    if let missing {
      throw Problem(
        .refused,
        code: "backfill.column",
        "\(file): \(backfill.table) has no column \(missing)",
        hint: "Write the names as SQL does: a name with capitals stands in double quotes."
      )
    }
    let numbers = "{\(columns.map { $0.string("number") }.joined(separator: ","))}"
    let isKey = try connection.query(keyQuery, [.text(oid), .text(numbers)]).bool
    guard isKey, columns.allSatisfy({ $0.bool("never_null") }) else {
      throw Problem(
        .refused,
        code: "backfill.key",
        "\(file): \(backfill.key.joined(separator: ", ")) is no key of \(backfill.table)",
        reason: "a batch ends at a row, so rows need a unique index over columns that are NOT NULL",
        hint: "Use the primary key, its columns in the order of its index."
      )
    }
    return BackfillTable(types: columns.map { $0.string("type") })
  }

  /// The key's values as an array that `text[]` reads.
  static func list(_ values: [String]) -> String {
    let quoted = values.map { value in
      "\"\(value.replacing(mark: "\\", with: "\\\\").replacing(mark: "\"", with: "\\\""))\""
    }
    return "{\(quoted.joined(separator: ","))}"
  }

  private static let columnQuery = """
    SELECT attnum AS number, attnotnull AS never_null,
      pg_catalog.format_type(atttypid, atttypmod) AS type
    FROM pg_catalog.unnest($2::text[]) WITH ORDINALITY named (name, place)
    LEFT JOIN pg_catalog.pg_attribute
      ON attrelid = $1::oid AND attname = (pg_catalog.parse_ident(name))[1] AND attnum > 0
    ORDER BY place
    """

  private static let keyQuery = """
    SELECT EXISTS (
      SELECT FROM pg_catalog.pg_index
      WHERE indrelid = $1::oid AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL
        AND (indkey::int2[])[0:indnkeyatts - 1] = $2::int2[])
    """
}
