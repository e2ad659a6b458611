import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("The ledger is append-only, explained, and owned by whom you like")
struct LedgerTests {
  @Test("A database without a ledger has applied nothing", arguments: TestServer.allCases)
  func none(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let state = try Ledger.read(fixture.eye)
      #expect(state.latest.isEmpty && state.lastPosition == 0)
    }
  }

  @Test(
    "Events are never changed or removed, not even by the owner",
    arguments: TestServer.allCases
  )
  func appendOnly(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["1_a.sql": "SELECT 1"])
      for sql in [
        "UPDATE drydock.events SET name = 'x'", "UPDATE drydock.events SET finished = NULL",
        "DELETE FROM drydock.events", "TRUNCATE drydock.events CASCADE",
      ] {
        let error = #expect(throws: PostgresError.self) { try fixture.eye.execute(sql) }
        #expect(error?.message == "the events of the ledger are never changed or removed", "\(sql)")
      }
    }
  }

  @Test("Every table and column of the ledger says what it is", arguments: TestServer.allCases)
  func comments(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.runner.prepareLedger()
      let silent = try fixture.value(
        """
        SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum >= 0
          OR a.attrelid = c.oid AND attnum = -1
        WHERE relnamespace = 'drydock'::regnamespace AND relkind = 'r'
          AND col_description(c.oid, greatest(attnum, 0)) IS NULL
          AND (attnum > 0 OR obj_description(c.oid, 'pg_class') IS NULL)
        """
      )
      #expect(silent == "0")
    }
  }

  @Test("A migrator that does not own the ledger may write to it", arguments: TestServer.allCases)
  func migrator(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let role = "migrator_\(UInt32.random(in: 0 ... .max))"
      try fixture.eye.execute("CREATE ROLE \(role) LOGIN; GRANT CREATE ON SCHEMA public TO \(role)")
      try fixture.runner.prepareLedger(for: role)
      var other = fixture
      other.runner.settings = fixture.settings.with("user", role)
      try other.migrate(["1_a.sql": "CREATE TABLE t (a int)"])
      #expect(
        try fixture.value("SELECT performed_by FROM drydock.events") == role
      )
      let blocked = try other.problem([
        "1_a.sql": "CREATE TABLE t (a int)",
        "2_b.sql":
          "-- drydock: allow touches-ledger because it is a test\nDELETE FROM drydock.events",
      ])
      #expect(blocked.reason?.contains("42501") == true)
      try fixture.eye.execute("DROP OWNED BY \(role); DROP ROLE \(role)")
    }
  }

  @Test("Code of a patch that writes to the ledger is rolled back", arguments: TestServer.allCases)
  func hiddenWrite(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem([
        "1_a.sql": """
        CREATE TABLE t (a int);
        DO $$ BEGIN
          EXECUTE format('INSERT INTO %I.events (position, kind, version, name, exact_hash,
            normalised_hash, tool_version, finished)
            VALUES (2, ''applied'', ''2'', ''2_b'', '''', '''', ''x'', now())', 'dry' || 'dock');
        END $$;
        """
      ])
      #expect(problem.code == "migrate.ledger-touched")
      #expect(try fixture.ledger().isEmpty && !fixture.exists("t"))
    }
  }

  @Test("A ledger of a newer drydock is refused", arguments: TestServer.allCases)
  func newer(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.runner.prepareLedger()
      try fixture.eye.execute("INSERT INTO drydock.schema_versions (version) VALUES (99)")
      #expect(try fixture.problem(["1_a.sql": "SELECT 1"]).code == "ledger.newer")
    }
  }

  @Test(
    "A ledger of version 1 with events in it is brought up to date",
    arguments: TestServer.allCases
  )
  func upgrade(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["0001_a.sql": "CREATE TABLE a ()"])
      // What version 1 was: the second script only says what versions may be, the third adds tables.
      try fixture.eye.execute(
        "DELETE FROM drydock.schema_versions WHERE version > 1;"
          + "DROP TABLE drydock.batches, drydock.dead_letters;"
          + "COMMENT ON COLUMN drydock.events.version IS 'of old'"
      )
      #expect(try fixture.ledger() == "0001:applied")
      try fixture.migrate(["0001_a.sql": "CREATE TABLE a ()", "R__v.sql": "SELECT 1"])
      #expect(try fixture.ledger() == "0001:applied R__v:applied")
      #expect(try fixture.value("SELECT max(version) FROM drydock.schema_versions") == "3")
      let comment = "SELECT col_description('drydock.events'::regclass, 3)"
      #expect(try fixture.value(comment)?.contains("R__name") == true)
    }
  }
}
