import Foundation
import Migration
import Postgres
import Problems
import Processes
import TestSupport
import Testing

/// Kills `drydock migrate` before and after statements that it sends, and lets the next run go on.
///
/// The program itself is killed, with SIGKILL, at the fault points of a debug build. A test run
/// tries every twentieth of them, from an offset that the announced seed decides.
@Suite("A runner that is killed leaves what the next run completes")
struct CrashTests {
  private static let stride = 20

  private static let files = [
    "0001_a.sql": "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 10);",
    "0002_b.sql": """
    -- drydock: no-transaction
    CREATE TABLE u (a int);
    INSERT INTO u VALUES (1), (2);
    CREATE INDEX CONCURRENTLY gone ON u (a);
    BEGIN; INSERT INTO u VALUES (3); INSERT INTO u VALUES (4); COMMIT;
    VACUUM u;
    DROP INDEX CONCURRENTLY gone;
    CREATE INDEX CONCURRENTLY kept ON u (a);
    """,
    "0002_b.verify.sql": "SELECT count(*) = 4 FROM u;",
    "0003_c.sql": "ALTER TABLE t ADD b int;",
  ]

  @Test("Whatever the moment", arguments: TestServer.allCases)
  func everyMoment(_ server: TestServer) throws {
    let folder = try PatchFolder(Self.files)
    let points = try countPoints(server, folder)
    var random = SeededGenerator.announced()
    let first = Int.random(in: 1...Self.stride, using: &random)
    print("\(server): \(points) fault points, every \(Self.stride)th from \(first) is tried")
    for point in Swift.stride(from: first, through: points, by: Self.stride) {
      try withDatabase(on: server) { settings in
        let killed = try migrate(settings, folder, ["DRYDOCK_FAULT_POINT": "\(point)"])
        #expect(killed.status == .signalled(SIGKILL), "point \(point)")
        let next = try migrate(settings, folder, [:])
        #expect(next.status == .exited(0), "point \(point): \(next.errors)")
        #expect(try state(settings) == "10 rows, 4 rows, kept valid, 3 applied", "point \(point)")
      }
    }
  }

  private func countPoints(_ server: TestServer, _ folder: PatchFolder) throws -> Int {
    let log = "\(folder.path)/.points"
    return try withDatabase(on: server) { settings in
      #expect(try migrate(settings, folder, ["DRYDOCK_FAULT_LOG": log]).status == .exited(0))
      let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      return lines.compactMap { Int($0.prefix { $0.isNumber }) }.max() ?? 0
    }
  }

  private func migrate(
    _ settings: ConnectionSettings,
    _ folder: PatchFolder,
    _ faults: [String: String]
  ) throws -> Outcome {
    let tests = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0])
    let program = tests.deletingLastPathComponent().appending(path: "drydock").path
    let environment = EnvironmentWhitelist.system.ofThisProcess().merging(faults) { $1 }
    return try Invocation(
      program,
      [
        "migrate", "--database", settings.argument, "--patches", folder.path, "--without-receipt",
        "--because", "a crash is tested",
      ],
      environment: environment
    ).run()
  }

  private func state(_ settings: ConnectionSettings) throws -> String? {
    try Connection.open(settings).query(
      """
      SELECT (SELECT count(*) FROM t WHERE b IS NULL) || ' rows, '
        || (SELECT count(*) FROM u) || ' rows, '
        || (SELECT string_agg(indexrelid::regclass || CASE WHEN indisvalid THEN ' valid' ELSE '' END, ' ')
          FROM pg_index WHERE indrelid = 'u'::regclass) || ', '
        || (SELECT count(*) FROM drydock.patches WHERE status = 'applied') || ' applied'
      """,
      []
    ).value
  }
}
