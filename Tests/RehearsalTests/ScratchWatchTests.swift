import Catalog
import Postgres
import Problems
import TestSupport
import Testing

@testable import Rehearsal

@Suite("What watches in the scratch")
struct ScratchWatchTests {
  private func withRehearser(
    _ server: TestServer,
    _ body: (Rehearser, Connection) throws -> Void
  ) throws {
    try withDatabase(on: server) { database in
      let schema = try WatchedSchema(database)
      try schema.make("", on: try Connection.open(schema.settings))
      try body(Rehearser(schema: schema), try Connection.open(database))
    }
  }

  @Test("No patch can change, disable or drop it", arguments: TestServer.allCases)
  func powerless(server: TestServer) throws {
    try withRehearser(server) { rehearser, _ in
      let attempts = [
        "DROP SCHEMA pg_drydock CASCADE", "DROP EVENT TRIGGER drydock_sql_drop",
        "ALTER EVENT TRIGGER drydock_sql_drop DISABLE", "DELETE FROM pg_drydock.record",
        "UPDATE pg_drydock.state SET notes_locks = false", "SELECT * FROM pg_drydock.record",
        "CREATE OR REPLACE FUNCTION pg_drydock.note() RETURNS event_trigger LANGUAGE plpgsql"
          + " AS 'BEGIN END'",
        "ALTER FUNCTION pg_drydock.look(bigint, text, boolean, oid[]) SECURITY INVOKER",
      ]
      for (number, attempt) in zip(1..., attempts) {
        let seen = try rehearser.run(attempt, number)
        #expect(seen.statements.first?.failure?.sqlState == "42501", "\(attempt)")
      }
    }
  }

  @Test("Nor can one that may write to every table", arguments: TestServer.allCases)
  func kept(server: TestServer) throws {
    try withRehearser(server) { rehearser, chief in
      try chief.execute("GRANT pg_write_all_data TO rehearsal_tests_migrator")
      defer {
        _ = try? chief.execute("REVOKE pg_write_all_data FROM rehearsal_tests_migrator")
      }
      let attempts = [
        "DELETE FROM pg_drydock.record", "UPDATE pg_drydock.state SET notes_locks = false",
        "INSERT INTO pg_drydock.record (event, kind, name) VALUES ('created', 'table', 'k.t')",
        "DO $$ BEGIN DROP TABLE k.loose; DELETE FROM pg_drydock.record; END $$",
      ]
      for (number, attempt) in zip(1..., attempts) {
        let seen = try rehearser.run(attempt, number)
        #expect(seen.statements.first?.failure?.sqlState == "42501", "\(attempt)")
      }
    }
  }

  @Test(
    "Neither a role, a search path nor session_replication_role hides a rewrite from it",
    arguments: TestServer.allCases
  )
  func undisturbed(server: TestServer) throws {
    try withRehearser(server) { rehearser, chief in
      try chief.execute(
        """
        GRANT SET ON PARAMETER session_replication_role TO rehearsal_tests_migrator;
        CREATE SCHEMA evil AUTHORIZATION rehearsal_tests_migrator
        """
      )
      let seen = try rehearser.run(
        """
        CREATE FUNCTION evil.never(name, name) RETURNS bool LANGUAGE sql AS 'SELECT false';
        CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = name, FUNCTION = evil.never);
        CREATE FUNCTION evil.format(text, name, name) RETURNS text LANGUAGE sql AS $$SELECT 'x'$$;
        SET search_path = evil, pg_catalog;
        DO $$ BEGIN
          PERFORM pg_catalog.set_config('session_replication_role', 'replica', true);
          ALTER TABLE k.t ALTER COLUMN a TYPE bigint;
        END $$;
        """
      )
      #expect(seen.problem == nil)
      let rewrite = seen.statements.last?.rewrites.first
      #expect(rewrite?.table == "k.t")
      #expect(rewrite?.reason == .columnType)
      #expect(seen.statements.last?.indexRewrites.map(\.index) == ["k.t_a", "k.t_pkey"])
    }
  }

  @Test("It leaves no trace in what a patch changed", arguments: TestServer.allCases)
  func invisible(server: TestServer) throws {
    try withRehearser(server) { rehearser, chief in
      let seen = try rehearser.run("CREATE VIEW k.fresh AS SELECT 1 AS a")
      let objects = try #require(seen.changes).objects.map(\.description)
      #expect(!objects.isEmpty && objects.allSatisfy { $0.contains("fresh") }, "\(objects)")
      // A patch that goes through all schemas goes through its own only.
      let loop = """
        DO $$ DECLARE s name; BEGIN
          FOR s IN SELECT nspname FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public')
          LOOP EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', s); END LOOP; END $$
        """
      #expect(try rehearser.run(loop, 2).problem == nil)
      #expect(try chief.query("SELECT count(*) FROM pg_event_trigger", []).int == 3)
    }
  }

  @Test(
    "Locks of a block that commits are seen, however short they were held",
    arguments: TestServer.allCases
  )
  func committing(server: TestServer) throws {
    try withRehearser(server) { rehearser, _ in
      let seen = try rehearser.run(
        """
        -- drydock: no-transaction
        DO $$ BEGIN
          ALTER TABLE t ADD COLUMN x int; COMMIT;
          CREATE TABLE fresh (a int); DROP TABLE loose; COMMIT;
        END $$;
        """
      )
      let statement = try #require(seen.statements.first)
      #expect(seen.problem == nil)
      #expect(statement.locks.contains { $0.table == "k.t" && $0.mode == "AccessExclusiveLock" })
      #expect(
        statement.locks.contains { $0.table == "k.loose" && $0.mode == "AccessExclusiveLock" }
      )
      #expect(!statement.locks.contains { $0.table == "k.fresh" })
      #expect(statement.created == [.init(kind: "table", name: "k.fresh")])
      #expect(statement.dropped == [.init(kind: "table", name: "k.loose")])
    }
  }

  @Test("A patch that switches event triggers off cannot be rehearsed")
  func blinded() throws {
    try withRehearser(.v18) { rehearser, chief in
      try chief.execute("GRANT SET ON PARAMETER event_triggers TO rehearsal_tests_migrator")
      let seen = try rehearser.run("SET event_triggers = off")
      #expect(seen.problem?.code == "rehearsal.event-triggers-off")
    }
  }

  @Test("What a patch rolls back on the way is not told as done", arguments: TestServer.allCases)
  func rolledBack(server: TestServer) throws {
    try withRehearser(server) { rehearser, _ in
      let seen = try rehearser.run(
        """
        SAVEPOINT before;
        CREATE TABLE fresh (a int);
        ROLLBACK TO SAVEPOINT before;
        CREATE TABLE other_fresh (a int);
        """
      )
      #expect(
        seen.statements.map(\.created) == [
          [], [.init(kind: "table", name: "k.fresh")], [],
          [.init(kind: "table", name: "k.other_fresh")],
        ]
      )
    }
  }

  @Test(
    "A statement that fails outside a transaction tells its locks",
    arguments: TestServer.allCases
  )
  func failing(server: TestServer) throws {
    try withRehearser(server) { rehearser, _ in
      let text = "-- drydock: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY fresh ON t (a);\n"
      let seen = try rehearser.run(text)
      #expect(seen.statements.first?.failure?.sqlState == "23505")
      #expect(seen.problem != nil)
      // The next patch is watched as if nothing had been.
      #expect(try rehearser.run("DROP INDEX k.fresh", 2).statements[0].dropped.count == 1)
    }
  }

  @Test("Temporary files and warnings are counted", arguments: TestServer.allCases)
  func temporaryFiles(server: TestServer) throws {
    try withRehearser(server) { rehearser, _ in
      let sort = """
        SET work_mem = '64kB';
        DO $$ BEGIN
          PERFORM count(*) FROM (SELECT i FROM generate_series(1, 50000) AS i ORDER BY -i) AS s;
          RAISE WARNING 'one'; RAISE NOTICE 'two';
        END $$;
        """
      let whole = try rehearser.run(sort)
      #expect(try #require(whole.temporaryBytes) > 500_000)
      #expect(whole.statements.map(\.temporaryBytes) == [nil, nil])
      #expect(whole.statements.map(\.warnings) == [0, 1])
      #expect(whole.statements.map(\.notices) == [0, 2])
      #expect(try rehearser.run("SELECT 1", 2).temporaryBytes == 0)
      let bare = try rehearser.run("-- drydock: no-transaction\n\(sort)", 3)
      #expect(bare.statements[0].temporaryBytes == nil)
      #expect(try #require(bare.statements[1].temporaryBytes) > 500_000)
      #expect(bare.temporaryBytes == bare.statements[1].temporaryBytes)
    }
  }

  @Test(
    "A table's size is told before and after, also of one that was cut",
    arguments: TestServer.allCases
  )
  func sizes(server: TestServer) throws {
    try withRehearser(server) { rehearser, _ in
      let seen = try rehearser.run(
        """
        INSERT INTO t (id, b) SELECT i, repeat('x', 500) FROM generate_series(1001, 2000) AS i;
        TRUNCATE t CASCADE;
        """
      )
      let inserted = try #require(seen.statements[0].changes.first { $0.table == "k.t" })
      #expect(inserted.inserted == 1000)
      #expect(inserted.bytesAfter > inserted.bytesBefore + 500_000)
      let cut = try #require(seen.statements[1].changes.first { $0.table == "k.t" })
      #expect(cut.bytesBefore == inserted.bytesAfter)
      #expect(cut.bytesAfter < 20_000)
      #expect(seen.statements[1].rewrites.first { $0.table == "k.t" }?.reason == .emptied)
    }
  }
}
