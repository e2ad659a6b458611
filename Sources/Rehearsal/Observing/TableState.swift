/// A relation as it stands between two statements.
struct TableState: Decodable {
  let oid: Int
  /// The name, with its schema, quoted where SQL needs it.
  let name: String
  /// `pg_class.relkind`.
  let kind: String
  /// The file that holds it, 0 without storage; another one when it was written again.
  let file: Int
  /// For a table with its TOAST table and maps, for an index its file alone.
  let bytes: Int
  /// Whether a table has not one page; its TOAST table may have one all the same.
  let isEmpty: Bool
  /// How many columns it has ever had: a column with a higher number is a new one.
  let columns: Int
  /// The table of an index.
  let table: Int?

  /// Whether it holds rows of its own.
  var isTable: Bool { kind == "r" || kind == "m" }
  /// Whether it is an index.
  var isIndex: Bool { kind == "i" }

  /// The kind as event triggers spell it.
  var kindName: String {
    switch kind {
    case "i": "index"
    case "m": "materialized view"
    case "v": "view"
    case "f": "foreign table"
    case "S": "sequence"
    default: "table"
    }
  }
}
