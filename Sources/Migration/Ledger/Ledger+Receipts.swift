public import Postgres

extension Ledger {
  /// How many patches were applied under each receipt, whatever became of them since.
  ///
  /// - Parameter connection: A connection to the database; its search path does not matter.
  /// - Returns: Counts by the receipt's id; empty where there is no ledger.
  /// - Throws: `PostgresError`, or a `Problem` when the ledger is of a newer drydock.
  public static func receiptUses(_ connection: Connection) throws -> [String: Int] {
    guard try LedgerSchema.version(connection) > 0 else { return [:] }
    let rows = try connection.execute(
      """
      SELECT receipt, pg_catalog.count(*) AS uses FROM drydock.events
      WHERE receipt IS NOT NULL AND kind IN ('applied', 'undone') GROUP BY receipt
      """
    )
    return Dictionary(
      rows.map { ($0.string("receipt"), $0.int("uses")) },
      uniquingKeysWith: { first, _ in first }
    )
  }
}
