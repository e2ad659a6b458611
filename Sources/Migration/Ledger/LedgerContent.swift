internal import Postgres

/// What the ledger says at one instant, as sums over its rows: equal as long as nobody wrote to it.
///
/// Only the tables that decide what has run are read. Backfills trust no cursor, so a batch that was
/// made up leaves no row behind.
struct LedgerContent: Equatable {
  private let sums: String?

  /// Reads it.
  ///
  /// - Parameter connection: A session with settings and a search path of its own, which no patch
  ///   has changed.
  /// - Returns: The sums.
  /// - Throws: `PostgresError`.
  static func read(_ connection: Connection) throws -> LedgerContent {
    let tables = ["events", "progress", "schema_versions"].map { table in
      """
      (SELECT pg_catalog.concat_ws('/', pg_catalog.count(*),
        pg_catalog.sum(pg_catalog.hashtextextended(whole::text, 0))) FROM drydock.\(table) whole)
      """
    }
    let sums = tables.joined(separator: ", ")
    return LedgerContent(
      sums: try connection.query("SELECT pg_catalog.concat_ws(' ', \(sums))", []).value
    )
  }

  /// The events after a position, each as a person names it; ten at most.
  static func events(after position: Int, _ connection: Connection) throws -> [String] {
    try connection.query(
      """
      SELECT pg_catalog.concat(position, ': ', version, ' ', kind) AS event
      FROM drydock.events WHERE position > $1 ORDER BY position LIMIT 10
      """,
      [Parameter(position)]
    ).map { $0.string("event") }
  }
}
