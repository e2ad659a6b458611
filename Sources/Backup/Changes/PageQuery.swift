internal import Postgres

/// The query that finds changed pages by their headers, for us and for the granted function.
///
/// It calls the extension's own functions, by schema and exact argument types, so that no overload
/// can take their place.
struct PageQuery: Sendable, Equatable {
  /// The schema of pageinspect's functions.
  let schema: String
  /// Whether the LSN is taken from the page's first eight bytes.
  ///
  /// 1.5 µs a page where `page_header` takes 2.4 (measured on 15 and 18). The bytes are in the
  /// server's own order, so a page has to show first that it is the one that is read here.
  let isQuick: Bool

  /// The query, which gives a place in the lists, from 1, and a multirange for each that changed.
  ///
  /// `$1` to `$3` are equally long: oids, first pages, ends; `$4` is the horizon as a number. Only
  /// ordinary tables of users are looked at.
  ///
  /// - Parameter countsZero: whether a page that was never initialised counts as changed.
  /// - Returns: the text, with parameters that have no types.
  func text(countsZero: Bool) -> String {
    """
    SELECT p.place, pg_catalog.range_agg(pg_catalog.int8range(p.block, p.block + 1)) AS blocks
    FROM (
      SELECT r.place, r.above, b.block, \(header("r.name", "b.block")) AS header
      FROM (
        SELECT l.place, l.first, l.stop, c.oid::pg_catalog.regclass::text AS name,
          \(isQuick ? "$4" : "'0/0'::pg_catalog.pg_lsn + $4::numeric") AS above
        FROM ROWS FROM (
          pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)
        ) WITH ORDINALITY l(oid, first, stop, place)
        JOIN pg_catalog.pg_class c ON c.oid = l.oid AND c.oid >= 16384
          AND c.relkind = 'r' AND c.relpersistence = 'p'
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_'
          AND n.nspname <> 'information_schema'
        OFFSET 0
      ) r
      CROSS JOIN LATERAL pg_catalog.generate_series(r.first, r.stop - 1) b(block)
      OFFSET 0
    ) p
    WHERE \(position("p.header")) > p.above\(countsZero ? " OR p.header = \(zero)" : "")
    GROUP BY p.place
    """
  }

  /// The query for a caller who sends texts: the parameters get their types.
  func parameterised(countsZero: Bool) -> String {
    text(countsZero: countsZero)
      .replacing("$1", with: "$1::pg_catalog.oid[]").replacing("$2", with: "$2::bigint[]")
      .replacing("$3", with: "$3::bigint[]").replacing("$4", with: "$4::bigint")
  }

  /// Whether the eight bytes of a page that always exists say the same as `page_header`.
  var proof: String {
    let quick = PageQuery(schema: schema, isQuick: true)
    let slow = PageQuery(schema: schema, isQuick: false)
    return """
      SELECT s.header <> \(slow.zero) AND s.header = \(slow.zero) + q.position::numeric
      FROM (SELECT \(slow.header("'pg_catalog.pg_class'", "0::bigint")) AS header) s,
        (SELECT \(quick.position("h.header")) AS position
          FROM (SELECT \(quick.header("'pg_catalog.pg_class'", "0::bigint")) AS header) h) q
      """
  }

  private func header(_ name: String, _ block: String) -> String {
    let schema = SQL.identifier(schema)
    let page = "\(schema).get_raw_page(\(name)::text, 'main'::text, \(block))"
    return isQuick
      ? "pg_catalog.substring(\(page), 1, 8)" : "(\(schema).page_header(\(page)::bytea)).lsn"
  }

  private var zero: String {
    isQuick ? "'\\x0000000000000000'::bytea" : "'0/0'::pg_catalog.pg_lsn"
  }

  /// The LSN as a number: two 32-bit words, the upper one first (`PageXLogRecPtr` in bufpage.h).
  private func position(_ header: String) -> String {
    guard isQuick else { return header }
    let places = [(3, 56), (2, 48), (1, 40), (0, 32), (7, 24), (6, 16), (5, 8), (4, 0)]
    let bytes = places.map { "pg_catalog.get_byte(\(header), \($0))::bigint << \($1)" }
    return "(\(bytes.joined(separator: " | ")))"
  }
}
