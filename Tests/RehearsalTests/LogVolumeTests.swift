import Cluster
import Postgres
import TestSupport
import Testing

@testable import Rehearsal

@Suite("The write-ahead log of a rehearsal")
struct LogVolumeTests {
  private static let statements = [
    "ALTER TABLE big ALTER COLUMN a TYPE bigint",
    "ALTER TABLE big ADD COLUMN u uuid DEFAULT gen_random_uuid()",
    "CLUSTER big USING big_a",
    "CREATE INDEX big_b ON big (b)",
    "UPDATE big SET a = a + 1",
  ]

  private static let setup = """
    CREATE TABLE big (id int PRIMARY KEY, a int, b text);
    INSERT INTO big SELECT i, i % 1000, md5(i::text) || md5((i + 1)::text)
    FROM generate_series(1, 20000) AS i;
    CREATE INDEX big_a ON big (a);
    """

  @Test(
    "is what the same statement writes on an ordinary server, within a tenth",
    arguments: TestServer.allCases
  )
  func volume(server: TestServer) throws {
    // Servers of its own: the log is one for all databases, and other tests write too.
    let scratch = try OwnServer(on: server)
    let rehearser = Rehearser(schema: try WatchedSchema(scratch.settings()))
    var options = ScratchOptions(major: server.rawValue)
    options.binaries = try server.options().binaries
    options.settings = ["fsync": "on"]
    let ordinary = try ScratchServer.start(options)
    let connection = try Connection.open(ordinary.settings())
    for setting in ["wal_level=replica", "full_page_writes=on", "fsync=on"] {
      let parts = setting.split(separator: "=").map(String.init)
      #expect(
        try connection.query("SELECT current_setting($1)", [.text(parts[0])]).value == parts[1]
      )
    }
    for (number, statement) in zip(1..., Self.statements) {
      try rehearser.schema.make(Self.setup, on: try Connection.open(rehearser.schema.settings))
      let seen = try rehearser.run(statement, number)
      #expect(seen.problem == nil)
      try connection.execute("DROP TABLE IF EXISTS big; \(Self.setup)")
      let before = try position(connection)
      try connection.execute(statement)
      let ordinary = try position(connection) - before
      let rehearsed = seen.statements[0].walBytes
      print("WAL of \(statement) on \(server): rehearsed \(rehearsed), ordinary \(ordinary)")
      #expect(ordinary > 1_000_000, "\(statement)")
      #expect(abs(rehearsed - ordinary) * 10 <= ordinary, "\(statement): \(rehearsed), \(ordinary)")
    }
    try ordinary.remove()
  }

  private func position(_ connection: Connection) throws -> Int {
    try connection.query("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint", [])
      .int ?? 0
  }
}
