internal import Postgres

/// The rows of a backfill as the database has them now: which are left, in the order of their keys.
struct BackfillRows {
  private(set) var backfill: Backfill
  let table: BackfillTable
  let connection: Connection
  /// The backfill's file, for errors.
  let file: String
  /// The event whose dead letters are passed over.
  let event: Int
  /// Whether there are any, so that most runs need not look.
  var hasDead: Bool

  /// All rows that are left, also those that nobody asked for.
  var withoutCriteria: BackfillRows {
    var all = self
    all.backfill.criteria = []
    return all
  }

  /// The key of the last row that is left; nil when none is.
  ///
  /// It ends a pass: what is written behind it meanwhile is for the next one, or the passes of a
  /// table that grows would never end.
  func last() throws -> [String]? {
    let columns = backfill.columns.map { "\($0) DESC" }.joined(separator: ", ")
    return try keys("ORDER BY \(columns) LIMIT 1", []).first
  }

  /// The first rows that are left between two keys.
  ///
  /// - Parameters:
  ///   - after: The key after which to look; nil for the beginning.
  ///   - end: The last key to take.
  ///   - limit: At most so many.
  /// - Returns: Their keys in order.
  /// - Throws: `PostgresError`.
  func next(after: [String]?, through end: [String], limit: Int) throws -> [[String]] {
    let width = backfill.key.count
    var condition = "AND \(backfill.row) <= \(backfill.parameters(from: 1))"
    if after != nil {
      condition += " AND \(backfill.row) > \(backfill.parameters(from: 1 + width))"
    }
    let order = backfill.columns.joined(separator: ", ")
    return try keys("\(condition) ORDER BY \(order) LIMIT \(limit)", end + (after ?? []))
  }

  /// How many of the rows are left although their batch has run, in its transaction.
  ///
  /// The range is counted first, which is one short look; only where it holds rows that are left are
  /// they told from those that others have written there meanwhile.
  func stillLeft(of keys: ArraySlice<[String]>) throws -> Int {
    guard let first = keys.first, let last = keys.last else { return 0 }
    let inRange = try connection.query(
      "SELECT count(*) FROM \(backfill.source) WHERE \(backfill.isInRange) AND \(backfill.isLeft)",
      (first + last).map { .text($0) }
    ).int
    guard inRange != 0 else { return 0 }
    let arrays = table.types.indices.map { "$\($0 + 1)::text[]" }.joined(separator: ", ")
    let names = table.types.indices.map { "k\($0)" }
    let own = zip(backfill.columns, zip(names, table.types)).map { column, value in
      "\(column) = taken.\(value.0)::\(value.1)"
    }
    return try connection.query(
      """
      SELECT count(*) FROM \(backfill.source) WHERE \(backfill.isLeft) AND EXISTS (
        SELECT FROM pg_catalog.unnest(\(arrays)) taken (\(names.joined(separator: ", ")))
        WHERE \(own.joined(separator: " AND ")))
      """,
      table.types.indices.map { column in .text(BackfillTable.list(keys.map { $0[column] })) }
    ).int ?? 0
  }

  /// How many rows there are from one key to another, left or not.
  func count(between first: [String], and last: [String]) throws -> Int {
    try connection.query(
      "SELECT count(*) FROM \(backfill.source) WHERE \(backfill.isInRange)",
      (first + last).map { .text($0) }
    ).int ?? 0
  }

  /// Whether a row is left; one that is gone is not.
  func isLeft(_ key: [String]) throws -> Bool {
    try connection.query(
      "SELECT EXISTS (SELECT FROM \(backfill.source) WHERE \(backfill.row)"
        + " = \(backfill.parameters(from: 1)) AND \(backfill.isLeft))",
      key.map { .text($0) }
    ).bool
  }

  /// How many rows are left, as the planner reckons.
  func estimate() throws -> Int {
    let plan = try connection.query(
      "EXPLAIN (FORMAT JSON) SELECT FROM \(backfill.source) WHERE \(backfill.isWanted)",
      []
    )
    let text = plan.map { $0[0] ?? "" }.joined()
    let number = text.firstMatch(of: /"Plan Rows": ([0-9]+)/)?.output.1
    return number.flatMap { Int($0) } ?? 0
  }

  private func keys(_ tail: String, _ parameters: [String]) throws -> [[String]] {
    let columns = backfill.columns.map { "\($0)::text" }
    let query =
      "SELECT \(columns.joined(separator: ", ")) FROM \(backfill.source)"
      + " WHERE \(backfill.isWanted) \(isNoLetter) \(tail)"
    do {
      let rows = try connection.query(query, parameters.map { .text($0) })
      return rows.map { row in columns.indices.map { row[$0] ?? "" } }
    } catch {
      guard error.sqlState != nil, !error.isCancelled, !error.isConnectionLost else { throw error }
      throw BackfillProblem.cannotLookUp(error, backfill, file)
    }
  }

  private var isNoLetter: String {
    guard hasDead else { return "" }
    let key = backfill.columns.map { "\($0)::text" }.joined(separator: ", ")
    return "AND NOT EXISTS (SELECT FROM drydock.dead_letters WHERE dead_letters.event = \(event)"
      + " AND dead_letters.resolved IS NULL AND dead_letters.key = ARRAY[\(key)])"
  }
}
