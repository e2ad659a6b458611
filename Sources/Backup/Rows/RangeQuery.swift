internal import Catalog
internal import Postgres

/// The COPY statement that reads some pages of a table, each row with its place.
struct RangeQuery {
  private let relation: Relation
  private let pages: PageSet

  init(_ relation: Relation, _ pages: PageSet) {
    self.relation = relation
    self.pages = pages
  }

  /// A TID range scan (PostgreSQL 14 and later) for one range, or one for each of several.
  ///
  /// OFFSET 0 keeps the inner query apart, so that its bounds are known when it starts: without
  /// it the server joins the ranges with a scan of the whole table (tested).
  var text: String {
    let columns = relation.columns.isEmpty ? "ctid" : "ctid, \(Self.columnList(relation))"
    // Names of our own, so that no table or column of the user's can be meant instead.
    let rows = "SELECT \(columns) FROM \(Self.source(relation)) AS drydock_rows WHERE "
    let condition = Self.condition(relation)
    if pages.ranges.count == 1 {
      let (from, to) = Self.bounds(pages.ranges[0])
      return "COPY (\(rows)ctid >= '\(from)' AND ctid < '\(to)'\(condition)) TO STDOUT"
    }
    let bounds = pages.ranges.map(Self.bounds)
    let from = bounds.map { "\"\($0.from)\"" }.joined(separator: ",")
    let to = bounds.map { "\"\($0.to)\"" }.joined(separator: ",")
    return """
      COPY (SELECT drydock_read.* FROM ROWS FROM (\
      pg_catalog.unnest('{\(from)}'::pg_catalog.tid[]), \
      pg_catalog.unnest('{\(to)}'::pg_catalog.tid[])) drydock_ranges(lowest, above) CROSS JOIN LATERAL \
      (\(rows)ctid >= drydock_ranges.lowest AND ctid < drydock_ranges.above\(condition) \
      OFFSET 0) drydock_read) TO STDOUT
      """
  }

  /// What must hold around the statement, for the rest of the transaction.
  ///
  /// A sequential scan for each range would read the table once for each range of it, and no range
  /// is asked for twice: neither may seem cheap, whatever the server's settings say of costs.
  static let settings = "SET LOCAL enable_seqscan = off; SET LOCAL enable_memoize = off"

  /// All of the user's rows in a table without addressable pages.
  static func all(_ relation: Relation) -> String {
    "COPY (SELECT \(columnList(relation)) FROM \(source(relation)) WHERE true\(condition(relation)))"
      + " TO STDOUT"
  }

  private static func bounds(_ range: Range<Int>) -> (from: String, to: String) {
    ("(\(range.lowerBound),0)", "(\(range.upperBound),0)")
  }

  private static func source(_ relation: Relation) -> String {
    "ONLY \(SQL.asciiIdentifier(relation.name.schema, relation.name.name))"
  }

  private static func columnList(_ relation: Relation) -> String {
    relation.columns.map { SQL.asciiIdentifier($0.name) }.joined(separator: ", ")
  }

  /// An extension's condition begins with WHERE (manual, `pg_extension_config_dump`).
  private static func condition(_ relation: Relation) -> String {
    guard let condition = relation.condition else { return "" }
    let words = condition.drop { $0.isWhitespace }
    let bare = words.lowercased().hasPrefix("where") ? words.dropFirst(5) : words
    return " AND (\(bare))"
  }
}
