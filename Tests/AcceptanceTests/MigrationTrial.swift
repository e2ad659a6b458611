import Postgres
import Processes
import TestSupport
import Testing

/// One fault in one run of `migrate`, and what a second run makes of it.
///
/// The patches cannot be applied twice unnoticed: each adds to one number.
struct MigrationTrial {
  /// What must be in the database in the end: every addend once, every index working.
  static let final =
    "n 1111, rows 2, indexes j, view 1111, filled 6 once, dead 1, applied 0001 0002 0003 R__v"

  /// What the log of a clean run must show, so that no step is left out of the matrix.
  static let landmarks = [
    "INSERT INTO drydock.events", "INSERT INTO drydock.progress", "UPDATE t SET n = n + 100",
    "CREATE INDEX CONCURRENTLY i", "UPDATE t SET n = n + 1", "CREATE INDEX CONCURRENTLY j",
    "VACUUM t",
    "DROP INDEX CONCURRENTLY i", "COMMIT", "UPDATE drydock.events", "CREATE OR REPLACE VIEW v",
    "INSERT INTO drydock.batches", "INSERT INTO drydock.dead_letters",
    "UPDATE f SET n = n + 10 / id",
    "pg_try_advisory_lock",
  ]

  private static let patches = [
    "0001_whole.sql":
      "UPDATE t SET n = n + 100;\nCREATE TABLE u (a int);\nINSERT INTO u VALUES (1);\n",
    "0002_steps.sql": """
    -- drydock: no-transaction
    CREATE INDEX CONCURRENTLY i ON t (n);
    UPDATE t SET n = n + 1;
    CREATE INDEX CONCURRENTLY j ON t ((n + 1));
    BEGIN; UPDATE t SET n = n + 1000; INSERT INTO u VALUES (2); UPDATE t SET n = n + 10; COMMIT;
    VACUUM t;
    DROP INDEX CONCURRENTLY i;

    """, "0002_steps.verify.sql": "SELECT count(*) = 2 FROM u;\n",
    // One of its rows fails: what is split must be whole again.
    "0003_fill.backfill.sql": """
    -- drydock: backfill f by id
    -- drydock: left NOT done
    -- drydock: dead-letters 1
    UPDATE f SET n = n + 10 / id, done = true WHERE :batch;

    """,
    "R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT n FROM t;\n",
  ]

  let server: ReplacedServer
  let database = "shop"
  var settings: ConnectionSettings { server.settings(database) }
  var command: [String] {
    ["migrate", "--database", settings.argument, "--without-receipt", "--because", "a fault"]
  }

  init() throws {
    server = try ReplacedServer()
    try server.sql("CREATE DATABASE \(database)")
    for (name, text) in Self.patches { try server.user.write(patch: name, text) }
  }

  /// The database as it was before any patch.
  func reset() throws {
    try server.waitUntilAlone()
    try server.sql(
      """
      SET client_min_messages = warning; DROP SCHEMA IF EXISTS drydock CASCADE;
      DROP TABLE IF EXISTS t, u, other, f CASCADE; CREATE TABLE other (a int);
      CREATE TABLE f AS SELECT id, 0 AS n, false AS done FROM generate_series(-2, 4) id;
      ALTER TABLE f ADD PRIMARY KEY (id);
      CREATE TABLE t AS SELECT 0 AS n, '' AS filler
      """,
      in: database
    )
  }

  /// The log of a run in which nothing happens.
  func cleanRun() throws -> [PassedPoint] {
    try reset()
    let log = "\(server.user.directory)/points"
    try server.user.run(command, ["DRYDOCK_FAULT_LOG": log]).require(0)
    #expect(try state() == Self.final)
    return PassedPoint.all(log: log)
  }

  /// Makes the fault happen, and runs again.
  func run(_ cell: FaultCell) throws {
    try reset()
    let log = "\(server.user.directory)/passed-\(cell.point.place)-\(cell.kind)"
    var variables = cell.variables
    variables["DRYDOCK_FAULT_LOG"] = log
    let run = try server.user.run(command, variables)
    let met = PassedPoint.all(log: log).first { $0.place == cell.point.place }
    #expect(met?.verb == cell.point.verb, "the run did not come by: \(cell)")
    try server.waitUntilAlone()
    try expectEnding(run, cell)
    let next = try server.user.run(command)
    #expect(next.code == 0, "\(cell): \(next)")
    #expect(try state() == Self.final, "\(cell): \(run)")
  }

  /// A kill ends the run, and a statement that the server refuses is told; only what happens to a
  /// connection that has done its work may go by without a word.
  private func expectEnding(_ run: Run, _ cell: FaultCell) throws {
    switch run.ending {
    case .signalled(9): #expect(cell.kind == .kill, "\(cell): \(run)")
    case .exited(0):
      #expect(cell.kind != .kill && !cell.isRefusedStatement, "\(cell): \(run)")
      #expect(try state() == Self.final, "\(cell): \(run)")
    default: #expect(run.code != nil && run.missingOfError == [], "\(cell): \(run)")
    }
  }

  /// What the database has; an index that does not work is shown with a mark.
  func state() throws -> String? {
    try server.sql(
      """
      SELECT 'n ' || (SELECT n FROM t) || ', rows ' || (SELECT count(*) FROM u) || ', indexes '
        || (SELECT string_agg(c.relname || CASE WHEN i.indisvalid THEN '' ELSE '!' END, ' ')
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname IN ('t', 'u'))
        || ', view ' || (SELECT n FROM v) || ', filled '
        || (SELECT count(*) FROM f WHERE done AND n = 10 / nullif(id, 0)) || ' once, dead '
        || (SELECT count(*) FROM drydock.dead_letters WHERE resolved IS NULL) || ', applied '
        || (SELECT string_agg(version, ' ' ORDER BY version) FROM drydock.patches
          WHERE status = 'applied')
      """,
      in: database
    ).value
  }
}
