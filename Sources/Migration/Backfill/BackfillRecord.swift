internal import Postgres
internal import Problems

/// What the ledger keeps of one backfill: its batches and its dead letters.
struct BackfillRecord {
  /// A row that failed alone.
  struct Letter {
    var number: Int
    var key: [String]
  }

  let connection: Connection
  /// The position of the backfill's event.
  let event: Int
  /// What a person asked for besides; nil where all rows are wanted.
  let criteria: String?

  // MARK: Batches

  /// The last key of the last batch that looked for all rows, where the next run goes on.
  func lastKey() throws -> [String]? {
    try connection.query(
      """
      SELECT last_key FROM drydock.batches
      WHERE event = $1 AND criteria IS NOT DISTINCT FROM $2 ORDER BY number DESC LIMIT 1
      """,
      [Parameter(event), Parameter(criteria)]
    ).value.map { try Self.elements($0, connection) }
  }

  /// How many batches there are; the next has the number after it.
  func batchCount() throws -> Int {
    try connection.query(
      "SELECT coalesce(pg_catalog.max(number), 0) FROM drydock.batches WHERE event = $1",
      [Parameter(event)]
    ).int ?? 0
  }

  /// Notes a batch in the transaction that does its work.
  func note(_ number: Int, _ keys: ArraySlice<[String]>, seconds: Double, peakBytes: Int?) throws {
    guard let first = keys.first, let last = keys.last else { return }
    let values: [Parameter] = [
      Parameter(event), Parameter(number), Parameter(criteria),
      .text(BackfillTable.list(first)), .text(BackfillTable.list(last)),
      Parameter(keys.count), .text("\(seconds)"), Parameter(peakBytes.map { "\($0)" }),
    ]
    do {
      try connection.query(
        """
        INSERT INTO drydock.batches
          (event, number, criteria, first_key, last_key, rows, seconds, peak_bytes)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        values
      )
    } catch {
      throw error.sqlState == "23505" ? LedgerWriter.moved : error
    }
  }

  // MARK: Dead letters

  /// How many rows are dead.
  func deadCount() throws -> Int {
    try connection.query(
      "SELECT count(*) FROM drydock.dead_letters WHERE event = $1 AND resolved IS NULL",
      [Parameter(event)]
    ).int ?? 0
  }

  /// The dead letters, the oldest first; only those with one of the error texts, where any are given.
  func letters(withText text: String?) throws -> [Letter] {
    try connection.query(
      """
      SELECT letter, key FROM drydock.dead_letters
      WHERE event = $1 AND resolved IS NULL AND ($2::text IS NULL OR message = $2) ORDER BY letter
      """,
      [Parameter(event), Parameter(text)]
    ).map { Letter(number: $0.int("letter"), key: try Self.elements($0.string("key"), connection)) }
  }

  /// The dead letters by their words, the most frequent first, and how many different words there are.
  func failures(limit: Int) throws -> (most: [BackfillStatus.Failures], texts: Int) {
    let rows = try connection.query(
      """
      SELECT sql_state, message, count(*) AS count, pg_catalog.min(letter) AS letter,
        count(*) OVER () AS texts
      FROM drydock.dead_letters WHERE event = $1 AND resolved IS NULL
      GROUP BY sql_state, message ORDER BY count(*) DESC, message LIMIT $2
      """,
      [Parameter(event), Parameter(limit)]
    )
    let most = try rows.map { row in
      let key = try connection.query(
        "SELECT pg_catalog.unnest(key) FROM drydock.dead_letters WHERE letter = $1",
        [Parameter(row.int("letter"))]
      )
      return BackfillStatus.Failures(
        sqlState: row["sql_state"],
        message: row.string("message"),
        count: row.int("count"),
        example: key.map { $0[0] ?? "" }
      )
    }
    return (most, rows.first?.int("texts") ?? 0)
  }

  /// Writes a row down that failed alone; one that is dead already was tried again.
  ///
  /// - Returns: Whether the letter is new.
  func bury(_ key: [String], _ failure: RowFailure) throws -> Bool {
    try connection.query(
      """
      INSERT INTO drydock.dead_letters (event, key, sql_state, message) VALUES ($1, $2, $3, $4)
      ON CONFLICT (event, key) WHERE resolved IS NULL DO UPDATE SET
        sql_state = excluded.sql_state, message = excluded.message,
        attempts = dead_letters.attempts + 1, tried = pg_catalog.clock_timestamp()
      RETURNING attempts = 1
      """,
      [
        Parameter(event), .text(BackfillTable.list(key)), Parameter(failure.sqlState),
        .text(failure.message),
      ]
    ).bool
  }

  /// Closes a letter whose row was done after all; a second runner finds it closed.
  func resolve(_ letter: Int) throws {
    let rows = try connection.query(
      "UPDATE drydock.dead_letters SET resolved = pg_catalog.clock_timestamp()"
        + " WHERE letter = $1 AND resolved IS NULL",
      [Parameter(letter)]
    )
    guard rows.affected == 1 else { throw LedgerWriter.moved }
  }

  /// The elements of an array as the server writes it.
  private static func elements(_ array: String, _ connection: Connection) throws -> [String] {
    try connection.query("SELECT pg_catalog.unnest($1::text[])", [.text(array)]).map { $0[0] ?? "" }
  }
}

/// Why a row failed that was tried alone.
struct RowFailure {
  /// The SQLSTATE; nil where the statement ran, and the row is left all the same.
  var sqlState: String?
  /// The server's words; they may hold row data, and stay in the database.
  var message: String

  /// The statement ran and changed nothing that the predicate sees.
  static let untouched = RowFailure(
    message: "the statement ran, and the row is still left"
  )
}
