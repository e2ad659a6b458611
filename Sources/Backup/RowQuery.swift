internal import Catalog
internal import Postgres

/// The COPY statement that reads some pages of a table, each row with its page before it.
struct RowQuery {
  private let relation: Relation
  private let pages: PageSet

  init(_ relation: Relation, _ pages: PageSet) {
    self.relation = relation
    self.pages = pages
  }

  /// A TID range scan (PostgreSQL 14 and later) for each page.
  ///
  /// The page's number costs the server half of what a row's `ctid` does: a place is written as
  /// text for every row, and `ctid` has no cheaper text (measured, `docs/decisions/0011`).
  /// OFFSET 0 keeps the inner query apart, so that its bounds are known when it starts: without
  /// it the server joins the pages with a scan of the whole table (tested).
  /// Names are our own, so that no table or column of the user's can be meant instead.
  var text: String {
    """
    COPY (SELECT drydock_pages.page, drydock_read.* \
    FROM pg_catalog.unnest('\(pages.multirange)'::pg_catalog.int8multirange) \
    AS drydock_ranges(pages) CROSS JOIN LATERAL pg_catalog.generate_series(\
    pg_catalog.lower(drydock_ranges.pages), pg_catalog.upper(drydock_ranges.pages) - 1) \
    AS drydock_pages(page) CROSS JOIN LATERAL (SELECT \(Self.columnList(relation)) \
    FROM \(Self.source(relation)) AS drydock_rows \
    WHERE ctid >= pg_catalog.format('(%s,0)', drydock_pages.page)::pg_catalog.tid \
    AND ctid < pg_catalog.format('(%s,0)', drydock_pages.page + 1)::pg_catalog.tid\
    \(Self.condition(relation)) OFFSET 0) AS drydock_read) TO STDOUT
    """
  }

  /// What must hold around the statement, for the rest of the transaction.
  ///
  /// A sequential scan for each page would read the table once for each page of it, and no page is
  /// asked for twice: neither may seem cheap, whatever the server's settings say of costs.
  static let settings = "SET LOCAL enable_seqscan = off; SET LOCAL enable_memoize = off"

  /// All rows of a table without addressable pages.
  static func all(_ relation: Relation) -> String {
    "COPY (SELECT \(columnList(relation)) FROM \(source(relation))) TO STDOUT"
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
