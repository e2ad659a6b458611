import Migration
import Postgres
import Problems
import TestSupport
import Testing

@testable import struct Migration.Step

@Suite("A no-transaction patch commits step by step and goes on where it stopped")
struct SeparateRunTests {
  private static let head = "-- drydock: no-transaction\n"

  @Test("Each step commits, and the whole is one event", arguments: TestServer.allCases)
  func steps(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let outcomes = try fixture.migrate([
        "1_a.sql": Self.head + """
          CREATE TABLE t (a int);
          BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); COMMIT;
          CREATE INDEX CONCURRENTLY i ON t (a);
          VACUUM t;
          """,
        "1_a.verify.sql": "SELECT count(*) = 2 FROM t",
      ])
      #expect(outcomes.first?.statements == 5)
      #expect(try fixture.ledger() == "1:applied")
      #expect(
        try fixture.value(
          "SELECT string_agg(step || state, ' ' ORDER BY entry) FROM drydock.progress"
        )
          == "0begun 1done 2done 3intent 3done 4intent 4done"
      )
    }
  }

  @Test(
    "A failing step keeps those before it, says so, and is where the next run goes on",
    arguments: TestServer.allCases
  )
  func resume(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = [
        "1_a.sql": Self.head + """
          CREATE TABLE t (a int);
          INSERT INTO t VALUES (1), (1);
          CREATE UNIQUE INDEX CONCURRENTLY i ON t (a);
          CREATE TABLE u (a int);
          """
      ]
      let problem = try fixture.problem(files)
      #expect(problem.kind == .partial)
      #expect(problem.summary.hasPrefix("1_a.sql:4:1: statement 3 failed"))
      #expect(problem.hint?.contains("goes on at step 3") == true)
      #expect(try fixture.ledger() == "1:applied*")
      #expect(
        try fixture.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == "f"
      )

      try fixture.eye.execute("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)")
      let outcomes = try fixture.migrate(files)
      #expect(outcomes.count == 1)
      #expect(try fixture.ledger() == "1:applied")
      #expect(
        try fixture.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass") == "t"
      )
      #expect(try fixture.exists("u"))
      #expect(try fixture.value("SELECT count(*) FROM drydock.events") == "1")
    }
  }

  @Test("What fails at a step's COMMIT fails the step", arguments: TestServer.allCases)
  func deferred(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem([
        "1_a.sql": Self.head + """
          CREATE TABLE a (id int PRIMARY KEY);
          CREATE TABLE b (id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
          INSERT INTO b VALUES (1);
          """
      ])
      #expect(problem.kind == .partial)
      #expect(problem.summary == "1_a.sql:4:1: statement 3 failed")
      #expect(problem.facts.contains(Problem.Fact("constraint", "b_id_fkey")))
      #expect(problem.hint?.contains("goes on at step 3") == true)
      #expect(try fixture.value("SELECT count(*) FROM b") == "0")
    }
  }

  /// Declares a patch applied that never ran, by words that its text does not show.
  private static let forgery = """
    EXECUTE format('INSERT INTO %I.events (position, kind, version, name, exact_hash,
      normalised_hash, tool_version, finished)
      VALUES (2, ''applied'', ''2'', ''2_b'', ''e'', ''n'', ''x'', now())', 'dry' || 'dock');
    """

  @Test(
    "Code outside a transaction that writes to the ledger stops the run and is told",
    arguments: TestServer.allCases
  )
  func forgedByCode(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem([
        "1_a.sql": Self.head + """
          DO $$ BEGIN \(Self.forgery) COMMIT; RAISE EXCEPTION 'too late'; END $$;
          CREATE TABLE t (a int);
          """
      ])
      #expect(problem.code == "migrate.ledger-touched" && problem.kind == .partial)
      #expect(problem.facts.contains(Problem.Fact("new event", "2: 2 applied")))
      #expect(problem.reason?.contains("too late") == true)
      #expect(try fixture.ledger() == "1:applied* 2:applied")
      #expect(try !fixture.exists("t"))
    }
  }

  @Test(
    "A step that writes to the ledger is rolled back, also when it does so at its COMMIT",
    arguments: TestServer.allCases
  )
  func forgedByStep(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let called = try fixture.problem([
        "1_a.sql": Self.head + """
          CREATE FUNCTION forge() RETURNS void LANGUAGE plpgsql AS $$ BEGIN \(Self.forgery) END $$;
          SELECT forge();
          """
      ])
      #expect(called.code == "migrate.ledger-touched" && called.kind == .partial)
      #expect(called.hint?.contains("goes on at step 2") == true)
      #expect(try fixture.ledger() == "1:applied*")
    }
    try withRunner(server) { fixture in
      let late = try fixture.problem([
        "1_a.sql": Self.head + """
          CREATE TABLE t (a int);
          CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            \(Self.forgery) RETURN NULL;
          END $$;
          CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION forge();
          INSERT INTO t VALUES (1);
          """
      ])
      #expect(late.code == "migrate.ledger-touched")
      #expect(try fixture.ledger() == "1:applied*")
      #expect(try fixture.value("SELECT count(*) FROM t") == "0")
    }
  }

  @Test("A first step that fails has changed nothing", arguments: TestServer.allCases)
  func firstStep(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem(["1_a.sql": Self.head + "SELECT 1/0; SELECT 2"])
      #expect(problem.kind == .failed)
      #expect(problem.hint?.contains("0 of its 2 steps") == true)
    }
  }

  @Test("A run that ended after its index was built finds it done", arguments: TestServer.allCases)
  func builtIndex(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = ["1_a.sql": Self.head + "CREATE INDEX CONCURRENTLY i ON t (a)"]
      try fixture.eye.execute("CREATE TABLE t (a int)")
      try Self.leaveIntent(fixture, files, note: "absent")
      try fixture.eye.execute("CREATE INDEX i ON t (a)")
      let before = try fixture.value("SELECT 'i'::regclass::oid")
      try fixture.migrate(files)
      #expect(try fixture.value("SELECT 'i'::regclass::oid") == before)
      #expect(try fixture.ledger() == "1:applied")
    }
  }

  @Test(
    "An index that was there before is never taken for the one that could not be built",
    arguments: TestServer.allCases
  )
  func takenName(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a)")
      let files = ["1_a.sql": Self.head + "CREATE INDEX CONCURRENTLY i ON t (b)"]
      for _ in 1...2 {
        let problem = try fixture.problem(files)
        #expect(problem.reason?.contains("42P07") == true, "\(problem)")
        #expect(try fixture.ledger() == "1:applied*")
      }
      try fixture.eye.execute("DROP INDEX i")
      try fixture.migrate(files)
      #expect(try fixture.ledger() == "1:applied")
    }
  }

  @Test(
    "An invalid index that was there before is not ours to drop",
    arguments: TestServer.allCases
  )
  func foreignIndex(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = ["1_a.sql": Self.head + "CREATE INDEX CONCURRENTLY i ON t (a)"]
      try fixture.eye.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
      try Self.leaveInvalidIndex(fixture)
      try Self.leaveIntent(fixture, files, note: "present")
      let problem = try fixture.problem(files)
      #expect(problem.kind == .refused)
      #expect(problem.code == "migrate.undecidable")
      #expect(try fixture.exists("i"))
    }
  }

  @Test(
    "IF NOT EXISTS over an invalid leftover does not pass for success",
    arguments: TestServer.allCases
  )
  func leftover(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
      try Self.leaveInvalidIndex(fixture)
      let problem = try fixture.problem([
        "1_a.sql": Self.head + "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)"
      ])
      #expect(problem.code == "migrate.invalid-index")
      #expect(problem.summary == "after 1_a.sql an index does not work: public.i")
    }
  }

  @Test(
    "Code of unknown effect stops the next run, which names the statement",
    arguments: TestServer.allCases
  )
  func undecidable(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = ["1_a.sql": Self.head + "DO $$ BEGIN COMMIT; PERFORM 1; END $$"]
      try Self.leaveIntent(fixture, files, note: nil)
      let problem = try fixture.problem(files)
      #expect(problem.kind == .refused)
      #expect(problem.code == "migrate.undecidable")
      #expect(problem.summary.hasPrefix("1_a.sql:2:1: an earlier run ended"))
      #expect(problem.hint?.contains("drydock repair 1 --statement 1 --done, or --redo") == true)
      let version = try #require(Version("1"))
      let wrong = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in try held.settle(version, step: 2, isDone: true) }
      }
      #expect(wrong?.code == "repair.not-undecided")
      try fixture.runner.hold { held in try held.settle(version, step: 1, isDone: true) }
      try fixture.migrate(files)
      #expect(try fixture.ledger() == "1:applied")
    }
  }

  @Test(
    "A statement that a person orders to be run again is run again",
    arguments: TestServer.allCases
  )
  func redo(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = ["1_a.sql": Self.head + "DO $$ BEGIN COMMIT; CREATE TABLE t (a int); END $$"]
      try Self.leaveIntent(fixture, files, note: nil)
      let version = try #require(Version("1"))
      try fixture.runner.hold { held in try held.settle(version, step: 1, isDone: false) }
      try fixture.migrate(files)
      #expect(try fixture.exists("t"))
    }
  }

  @Test(
    "A failed assertion leaves the patch unfinished, and is asked again",
    arguments: TestServer.allCases
  )
  func assertion(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = [
        "1_a.sql": Self.head + "CREATE TABLE t (a int); SELECT 1",
        "1_a.verify.sql": "SELECT count(*) = 1 FROM t",
      ]
      let problem = try fixture.problem(files)
      #expect(problem.code == "migrate.verify-failed")
      #expect(problem.kind == .partial)
      #expect(try fixture.ledger() == "1:applied*")
      try fixture.eye.execute("INSERT INTO t VALUES (1)")
      try fixture.migrate(files)
      #expect(try fixture.ledger() == "1:applied")
    }
  }

  @Test(
    "A role that a step takes on stays for the next, and never writes the ledger",
    arguments: TestServer.allCases
  )
  func role(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("GRANT CREATE ON SCHEMA public TO pg_monitor")
      try fixture.migrate([
        "1_a.sql": Self.head + """
          SET ROLE pg_monitor;
          CREATE TABLE t (a int);
          CREATE INDEX CONCURRENTLY i ON t (a);
          """
      ])
      #expect(try fixture.ledger() == "1:applied")
      #expect(
        try fixture.value("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't'")
          == "pg_monitor"
      )
    }
  }

  @Test("Code that commits by itself may run", arguments: TestServer.allCases)
  func committingCode(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate([
        "1_a.sql": Self.head
          + "DO $$ BEGIN CREATE TABLE t (a int); COMMIT; CREATE TABLE u (a int); END $$"
      ])
      #expect(try fixture.exists("t") && fixture.exists("u"))
    }
  }

  @Test("What has not run may be corrected, what has run may not", arguments: TestServer.allCases)
  func editedWhileUnfinished(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      _ = try fixture.problem(["1_a.sql": Self.head + "CREATE TABLE t (a int); SELECT 1/0"])
      let edited = Self.head + "CREATE TABLE t (a text); SELECT 1/1"
      let problem = try fixture.problem(["1_a.sql": edited])
      #expect(problem.code == "plan.edited-while-unfinished")
      #expect(problem.summary.contains("its step 1 was edited after it had run"))

      let corrected = ["1_a.sql": Self.head + "CREATE TABLE t (a int); SELECT 1/1"]
      try fixture.migrate(corrected)
      #expect(try fixture.migrate(corrected).isEmpty)
      #expect(try fixture.ledger() == "1:repaired")
    }
  }

  @Test(
    "A patch that never came to its first commit may become another one",
    arguments: TestServer.allCases
  )
  func untouched(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      _ = try fixture.problem(["1_a.sql": Self.head + "SELECT 1/0"])
      _ = try fixture.problem(["1_a.sql": Self.head + "SELECT 2/0"])
      try fixture.migrate(["1_a.sql": "CREATE TABLE t (a int)"])
      #expect(try fixture.ledger() == "1:applied")
      #expect(try fixture.exists("t"))
    }
  }

  @Test("A patch that never came to its first commit may be given up")
  func givenUp() throws {
    try withRunner(.v15) { fixture in
      _ = try fixture.problem(["1_a.sql": Self.head + "SELECT 1/0"])
      try fixture.migrate(["2_b.sql": "CREATE TABLE t (a int)"])
      #expect(try fixture.ledger() == "1:applied* 2:applied")
    }
  }

  @Test("An undo outside a transaction goes on, too", arguments: TestServer.allCases)
  func undo(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = [
        "1_a.sql": "CREATE TABLE t (a int); CREATE INDEX i ON t (a); CREATE TABLE u (a int)",
        "1_a.undo.sql": Self.head + "DROP INDEX CONCURRENTLY i; DROP TABLE u; DROP TABLE t",
      ]
      let directory = try PatchFolder(files).read()
      try fixture.migrate(files)
      try fixture.eye.execute("CREATE VIEW v AS SELECT * FROM u")
      let problem = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in _ = try held.undo(directory) }
      }
      #expect(problem?.kind == .partial)
      #expect(try fixture.ledger() == "1:undone*")
      #expect(try fixture.problem(files).code == "plan.unfinished")
      try fixture.eye.execute("DROP VIEW v")
      try fixture.runner.hold { held in _ = try held.undo(directory, Version("1")) }
      #expect(try fixture.ledger() == "1:undone")
      #expect(try !fixture.exists("t") && !fixture.exists("u"))
    }
  }

  @Test(
    "A run that goes on has the settings that its earlier steps made",
    arguments: TestServer.allCases
  )
  func settings(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute("CREATE SCHEMA s; GRANT CREATE, USAGE ON SCHEMA s TO pg_monitor")
      let files = [
        "1_a.sql": Self.head + """
          SET search_path = s;
          BEGIN; SET ROLE pg_monitor; SET LOCAL search_path = public; COMMIT;
          SET enable_seqscan = off; RESET enable_seqscan;
          CREATE TABLE t AS SELECT * FROM public.source;
          """,
        "1_a.verify.sql": "SELECT count(*) = 1 FROM s.t",
      ]
      _ = try fixture.problem(files)
      try fixture.eye.execute(
        "CREATE TABLE source AS SELECT 1 AS a; GRANT SELECT ON source TO pg_monitor"
      )
      try fixture.migrate(files)
      #expect(try fixture.ledger() == "1:applied")
      let owner = "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('s.t')"
      #expect(try fixture.value(owner) == "pg_monitor")
      #expect(try !fixture.exists("public.t"))
    }
  }

  @Test("A search path that was set as pg_dump does it holds when a run goes on")
  func setByCall() throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute("CREATE SCHEMA s")
      let files = [
        "1_a.sql": Self.head + """
          SELECT pg_catalog.set_config('search_path', 's', false);
          CREATE TABLE t AS SELECT * FROM public.source;
          """
      ]
      _ = try fixture.problem(files)
      try fixture.eye.execute("CREATE TABLE source AS SELECT 1 AS a")
      try fixture.migrate(files)
      #expect(try fixture.exists("s.t") && !fixture.exists("public.t"))
    }
  }

  /// Writes what a run leaves that ended right after its first intent.
  private static func leaveIntent(
    _ fixture: RunnerFixture,
    _ files: [String: String],
    note: String?
  ) throws {
    let patch = try PatchFolder(files).read().patches[0]
    try fixture.runner.prepareLedger()
    try fixture.eye.query(
      "INSERT INTO drydock.events (position, kind, version, name, exact_hash, normalised_hash,"
        + " tool_version) VALUES (1, 'applied', '1', '1_a', $1, $2, 'test')",
      [.text(patch.script.identity.exact), .text(patch.script.identity.normalised)]
    )
    try fixture.eye.query(
      "INSERT INTO drydock.progress (event, step, state, digest, note)"
        + " VALUES (1, 0, 'begun', '', NULL), (1, 1, 'intent', $1, $2)",
      [.text(try patch.script.steps[0].digest()), Parameter(note)]
    )
  }

  private static func leaveInvalidIndex(_ fixture: RunnerFixture) throws {
    #expect(throws: PostgresError.self) {
      try fixture.eye.execute("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
    }
  }
}
