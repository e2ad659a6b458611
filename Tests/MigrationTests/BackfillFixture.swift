import Migration
import Postgres
import TestSupport

/// A table of numbers, and a backfill that inverts each: a row of 0 cannot be done.
struct BackfillFixture {
  static let head = """
    -- drydock: backfill item by id
    -- drydock: left inverse IS NULL

    """
  static let statement =
    "UPDATE item SET inverse = 1000 / number, times = times + 1 WHERE :batch;\n"
  static let files = ["1_fill.backfill.sql": head + statement]

  let runner: RunnerFixture

  /// Fills the table with so many rows, numbered from 1, some of which have the number 0.
  init(_ settings: ConnectionSettings, _ count: Int, zeros: [Int] = []) throws {
    runner = try RunnerFixture(settings)
    let list = zeros.map { "\($0)" }.joined(separator: ", ")
    try runner.eye.execute(
      """
      CREATE TABLE item (id int PRIMARY KEY, number int NOT NULL, inverse int,
        times int NOT NULL DEFAULT 0);
      INSERT INTO item SELECT i, CASE WHEN i IN (\(list.isEmpty ? "0" : list)) THEN 0 ELSE i END
        FROM generate_series(1, \(count)) i
      """
    )
  }

  /// Rows that were done once, rows that were not, rows that were done more than once.
  func rows() throws -> String? {
    try runner.value(
      """
      SELECT count(*) FILTER (WHERE times = 1 AND inverse IS NOT NULL) || ' done, '
        || count(*) FILTER (WHERE times = 0) || ' left, '
        || count(*) FILTER (WHERE times > 1) || ' twice' FROM item
      """
    )
  }

  /// The dead letters that are open: `key SQLSTATE xATTEMPTS`, in order.
  func letters() throws -> String? {
    try runner.value(
      """
      SELECT coalesce(string_agg(array_to_string(key, ',') || ' ' || coalesce(sql_state, 'left')
        || ' x' || attempts, '; ' ORDER BY letter), '')
      FROM drydock.dead_letters WHERE resolved IS NULL
      """
    )
  }

  /// What the ledger has of the batches: how many, and how many rows.
  func batches() throws -> String? {
    try runner.value("SELECT count(*) || ' of ' || coalesce(sum(rows), 0) FROM drydock.batches")
  }

  func status(limit: Int = 10) throws -> BackfillStatus {
    let folder = try PatchFolder(Self.files)
    let directory = try folder.read()
    let state = try Ledger.read(runner.eye)
    return try BackfillStatus.read(
      directory.patches[0],
      state[directory.patches[0].version],
      limit: limit,
      runner.eye
    )
  }
}

/// Runs a test's body with a table of its own.
func withBackfill(
  _ server: TestServer,
  _ count: Int,
  zeros: [Int] = [],
  _ body: (BackfillFixture) throws -> Void
) throws {
  try withDatabase(on: server) { try body(try BackfillFixture($0, count, zeros: zeros)) }
}
