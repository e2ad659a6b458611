import Catalog
import Postgres
import TestSupport

@testable import Backup

/// A database with one table, seen with the eyes of an incremental backup.
///
/// `claim` is what a parent would hold: the rows of each page at an instant, with its horizon.
/// `spliced` is what a child would make of it from the pages that were named as changed.
struct PageRig {
  let connection: Connection
  let table: String

  /// What a parent snapshot holds of the table.
  struct Claim {
    let horizon: LSN
    let rows: [Int: [String]]
    let pages: Int
  }

  init(_ settings: ConnectionSettings, table: String = "t") throws {
    connection = try Connection.open(settings)
    self.table = table
  }

  /// The place where the next record of the log goes.
  func insertPosition() throws -> LSN {
    let text = try connection.execute("SELECT pg_current_wal_insert_lsn()").value ?? ""
    return LSN(text) ?? .zero
  }

  /// What a parent would hold now.
  func claim() throws -> Claim {
    let horizon = try Horizon.establish(on: connection, wait: 10).lsn ?? .zero
    return Claim(horizon: horizon, rows: try rows(), pages: try pages())
  }

  /// The table's rows by page, as text that names the columns.
  func rows() throws -> [Int: [String]] {
    var rows: [Int: [String]] = [:]
    let query = """
      SELECT split_part(trim('(' FROM ctid::text), ',', 1) AS page, ctid || ' ' || row_to_json(r) AS row
      FROM ONLY \(table) r ORDER BY ctid
      """
    for row in try connection.execute(query) {
      rows[row.int("page"), default: []].append(row.string("row"))
    }
    return rows
  }

  /// The table's pages now.
  func pages() throws -> Int {
    try connection.execute("SELECT pg_relation_size('\(table)') / 8192").int ?? 0
  }

  /// The table as a page check wants it.
  func checked(parentPages: Int) throws -> PageCheck.Table {
    let row = try connection.execute(
      """
      SELECT c.oid, pg_relation_filenode(c.oid) AS file,
        coalesce(nullif(c.reltablespace, 0), d.dattablespace) AS tablespace
      FROM pg_class c, pg_database d
      WHERE c.oid = '\(table)'::regclass AND d.datname = current_database()
      """
    )[0]
    return PageCheck.Table(
      oid: row.int("oid"),
      name: RelationName(schema: "public", name: table),
      tablespace: row.int("tablespace"),
      fileNode: row.int("file"),
      pages: try pages(),
      parentPages: parentPages
    )
  }

  /// What a source answers about the table since a claim.
  func answer(
    _ source: PageSource,
    since claim: Claim,
    omitting omitted: Set<Precaution> = []
  ) throws -> PageCheck.Answer? {
    let table = try checked(parentPages: claim.pages)
    let check = PageCheck(
      tables: [table],
      horizon: claim.horizon,
      source: source,
      omitted: omitted
    )
    return check.answers(try check.batches.map { try check.run($0, on: connection) })[table.oid]
  }

  /// pageinspect, as the backup finds it.
  func headers() throws -> PageSource {
    switch try PageReader.find(on: connection) {
    case .found(let reader): .headers(reader)
    case .missing(let reason): .none(reason)
    }
  }

  /// The rows that a child would hold: the parent's, but for the pages that were named.
  func spliced(_ claim: Claim, _ answer: PageCheck.Answer?) throws -> [Int: [String]] {
    let now = try rows()
    guard case .pages(let changed)? = answer else { return now }
    let end = try pages()
    let kept = claim.rows.filter { $0.key < end && !changed.contains($0.key) }
    return kept.merging(now.filter { changed.contains($0.key) }) { _, new in new }
  }
}
