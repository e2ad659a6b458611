public import Postgres
internal import Problems

/// How a backfill stands in a database: what is done, what is left, and why rows failed.
public struct BackfillStatus: Sendable, Equatable {
  /// Rows that failed with the same words.
  public struct Failures: Sendable, Equatable {
    /// The SQLSTATE; nil where the statement ran and the row is still left.
    public var sqlState: String?
    /// The server's words; they may hold what is in a row.
    public var message: String
    /// How many rows.
    public var count: Int
    /// The key of one of them.
    public var example: [String]

    /// The words with their SQLSTATE, as every error is told.
    var reason: String { sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message }
  }

  /// What all its batches come to.
  public var totals = BackfillTotals()
  /// When the last one was done, as the server writes the time.
  public var last: String?
  /// About how many rows are left, as the planner reckons; nil where the table cannot be asked,
  /// and for a backfill that is complete.
  public var left: Int?
  /// How many rows are dead.
  public var dead = 0
  /// How many different error texts they have.
  public var texts = 0
  /// The most frequent errors, up to a limit.
  public var failures: [Failures] = []

  /// What is left may take so long, in seconds, if other work lets it; nil while nothing is known.
  public var remaining: ClosedRange<Double>? {
    guard let left, totals.seconds > 0, totals.rows > 0 else { return nil }
    let likely = Double(left) * totals.seconds / Double(totals.rows)
    return likely / 2...likely * 2
  }

  /// Reads how a backfill stands.
  ///
  /// - Parameters:
  ///   - patch: The backfill.
  ///   - event: Its last event; nil when it has none.
  ///   - limit: How many distinct error texts are told.
  ///   - connection: A connection to the database, with the search path that the patch has.
  /// - Returns: How it stands.
  /// - Throws: `PostgresError`.
  public static func read(
    _ patch: Patch,
    _ event: Ledger.Event?,
    limit: Int,
    _ connection: Connection
  ) throws -> BackfillStatus {
    var status = BackfillStatus()
    if let position = event?.appliedAt, try LedgerSchema.version(connection) >= 3 {
      try status.readBatches(position, connection)
      let record = BackfillRecord(connection: connection, event: position, criteria: nil)
      status.dead = try record.deadCount()
      (status.failures, status.texts) = try record.failures(limit: limit)
    }
    // Of what is complete the planner's figures of before would tell that all of it is left.
    if event?.isApplied != true, let backfill = patch.script.backfill {
      status.left = estimate(backfill, patch, connection)
    }
    return status
  }

  /// A table that is not there yet, or may not be read, is no reason to show nothing else.
  private static func estimate(
    _ backfill: Backfill,
    _ patch: Patch,
    _ connection: Connection
  ) -> Int? {
    guard let table = try? BackfillTable.read(backfill, patch.script.file, connection) else {
      return nil
    }
    let rows = BackfillRows(
      backfill: backfill,
      table: table,
      connection: connection,
      file: patch.script.file,
      event: 0,
      hasDead: false
    )
    return try? rows.estimate()
  }

  private mutating func readBatches(_ event: Int, _ connection: Connection) throws {
    let row = try connection.query(
      """
      SELECT count(*) AS batches, coalesce(pg_catalog.sum(rows), 0)::bigint AS rows,
        coalesce(pg_catalog.sum(seconds), 0) AS seconds,
        coalesce(pg_catalog.max(seconds), 0) AS longest, pg_catalog.max(peak_bytes) AS peak,
        pg_catalog.max(at) AS last
      FROM drydock.batches WHERE event = $1
      """,
      [Parameter(event)]
    ).first
    guard let row else { return }
    totals.batches = row.int("batches")
    totals.rows = row.int("rows")
    totals.seconds = row.double("seconds") ?? 0
    totals.longest = row.double("longest") ?? 0
    totals.peakBytes = row["peak"].flatMap { Int($0) }
    last = row["last"]
  }
}
