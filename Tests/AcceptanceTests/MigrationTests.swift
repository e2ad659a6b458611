import Files
import Postgres
import Processes
import TestSupport
import Testing

@Suite("Patches on their way")
struct MigrationTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  @Test(
    "A syntax error in the middle has a place: file, line, column",
    arguments: TestServer.either()
  )
  func syntaxError(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      try Connection.open(database).execute("CREATE TABLE item (id int)")
      try user.backup(database)
      try user.write(
        patch: "0001_bad.sql",
        "CREATE TABLE one (a int);\n\nALTER TABLE item\n  ADD COLUMN a int\n  ADD COLUMN b int;\n"
          + "CREATE TABLE two (a int);\n"
      )
      let gate = try user.run(["gate", "--database", database.argument])
      #expect(gate.code == 5, "\(gate)")
      #expect(gate.output.contains("0001_bad.sql:5:3"), "\(gate)")
      let migrate = try user.run(["migrate", "--database", database.argument] + Self.exempt)
      #expect(migrate.code == 1, "\(migrate)")
      #expect(migrate.errors.contains("0001_bad.sql:5:3"), "\(migrate)")
      #expect(migrate.missingOfError == [], "\(migrate)")
      let left = "SELECT count(*) FROM pg_class WHERE relname IN ('one', 'two')"
      #expect(try Connection.open(database).query(left, []).value == "0")
    }
  }

  @Test("The one patch that CoSIMS publishes fails in the gate, where its comma is missing")
  func realPatch() throws {
    try withDatabase(on: .v15) { database in
      guard try RealDatabase.cosims.load(into: database, on: .v15) else { return }
      let user = try Drydock(on: .v15)
      let patch = try ReadableFile.contents(of: SharedInputs.real() + "/cosims/database_patch.sql")
      try user.write(patch: "0001_patch.sql", String(decoding: patch, as: UTF8.self))
      try user.backup(database)
      let gate = try user.run(["gate", "--database", database.argument])
      #expect(gate.code == 5, "\(gate)")
      #expect(gate.output.contains("0001_patch.sql:7:"), "\(gate)")
    }
  }

  @Test("A patch edited after it was applied is refused")
  func editedPatch() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);\n")
      let migrate = ["migrate", "--database", database.argument] + Self.exempt
      try user.run(migrate).require(0)
      try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int, b int);\n")
      try user.write(patch: "0002_u.sql", "CREATE TABLE u (a int);\n")
      let run = try user.run(migrate)
      #expect(run.code == 3, "\(run)")
      #expect(run.errors.contains("0001_t.sql"), "\(run)")
      #expect(run.missingOfError == [], "\(run)")
    }
  }

  @Test("A second migration at the same time is told to try again")
  func twoAtOnce() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(patch: "0001_slow.sql", "CREATE TABLE t (a int); SELECT pg_sleep(60);\n")
      let migrate = ["migrate", "--database", database.argument] + Self.exempt
      let first = try user.invocation(migrate).start()
      let connection = try Connection.open(database)
      let sleeps =
        "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
      while try connection.query(sleeps, []).value == nil { #expect(first.status == nil) }
      let second = try user.run(migrate)
      #expect(second.code == 6, "\(second)")
      #expect(second.missingOfError == [], "\(second)")
      first.terminate()
      let left = "SELECT count(*) FROM pg_class WHERE relname = 't' AND relkind = 'r'"
      #expect(try connection.query(left, []).value == "0")
    }
  }

  @Test(
    "A rewrite of a table over 100 MB is a no, and the page shows no row",
    arguments: [TestServer.v15]
  )
  func largeRewrite(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let user = try Drydock(on: server)
      // Compressible rows that stay in the heap: fast to load, to store and to restore.
      try Connection.open(database).execute(
        """
        CREATE UNLOGGED TABLE big (id int, filler text);
        ALTER TABLE big ALTER filler SET STORAGE PLAIN;
        INSERT INTO big SELECT i, 'row-content-' || repeat('x', 3900)
          FROM generate_series(1, 28000) i;
        """
      )
      try user.write(patch: "0001_wide.sql", "ALTER TABLE big ALTER id TYPE bigint;\n")
      try user.write(
        patch: "0002_null.sql",
        "ALTER TABLE big ADD CONSTRAINT c CHECK (filler <> 'row-content-' || repeat('x', 3900));\n"
      )
      try user.backup(database)
      let page = "\(user.directory)/gate.html"
      let gate = try user.run(
        ["gate", "--database", database.argument, "--report", "html=\(page)"])
      #expect(gate.code == 5, "\(gate)")
      #expect(gate.output.contains("0001_wide.sql:1:1"), "\(gate)")
      let html = String(decoding: try ReadableFile.contents(of: page), as: UTF8.self)
      #expect(html.contains("big"))
      #expect(!html.contains("xxxxxxxx"))
      #expect(!gate.output.contains("xxxxxxxx"))
    }
  }
}
