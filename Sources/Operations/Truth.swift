internal import Postgres
internal import Problems

/// The answer of a query that must say yes or no.
enum Truth {
  /// Asks; NULL is no.
  ///
  /// - Parameters:
  ///   - query: One statement with one row and one column.
  ///   - name: Whose query it is, for messages.
  ///   - connection: Where to ask, without changing anything.
  /// - Returns: Whether the answer was true.
  /// - Throws: a `Problem` of kind `usage` where the answer is neither.
  static func ask(_ query: String, of name: String, _ connection: Connection) throws -> Bool {
    let rows: Rows
    do {
      rows = try connection.query(query, [])
    } catch {
      throw error.problem("the query of '\(name)' failed")
    }
    if rows.count == 1, rows.columns.count == 1, ["t", "f", nil].contains(rows.value) {
      return rows.bool
    }
    throw Problem(
      .usage,
      code: "runbook.no-truth",
      "the query of '\(name)' does not say true or false",
      reason: "it returned \(rows.count) rows of \(rows.columns.count) columns",
      hint: "Write it as SELECT with one condition, such as SELECT count(*) = 0 FROM ..."
    )
  }
}
