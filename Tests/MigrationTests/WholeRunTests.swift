import Migration
import Postgres
import Problems
import TestSupport
import Testing

@testable import struct Migration.Statement

@Suite("A patch runs in one transaction, or leaves nothing")
struct WholeRunTests {
  @Test("Patches run in order, once, and the ledger knows them", arguments: TestServer.allCases)
  func order(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = [
        "0001_a.sql": "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2);",
        "0002_b.sql": "BEGIN; ALTER TABLE t ADD b int; SAVEPOINT s; COMMIT;",
        "0010_c.sql": "UPDATE t SET b = a",
      ]
      let outcomes = try fixture.migrate(files)
      #expect(outcomes.map(\.name) == ["0001_a", "0002_b", "0010_c"])
      #expect(outcomes.map(\.statements) == [2, 2, 1])
      #expect(try fixture.value("SELECT sum(b) FROM t") == "3")
      #expect(try fixture.ledger() == "0001:applied 0002:applied 0010:applied")
      #expect(try fixture.migrate(files).isEmpty)
      #expect(
        try fixture.value(
          "SELECT count(*) FROM drydock.events WHERE finished >= started AND seconds >= 0"
            + " AND performed_by = session_user AND tool_version = 'test'"
        ) == "3"
      )
    }
  }

  @Test("--to stops at a version", arguments: TestServer.allCases)
  func target(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = ["1_a.sql": "SELECT 1", "2_b.sql": "SELECT 2"]
      #expect(try fixture.migrate(files, Plan.Request(target: Version("1"))).count == 1)
      #expect(try fixture.ledger() == "1:applied")
      let problem = try fixture.problem(files, Plan.Request(target: Version("7")))
      #expect(problem.code == "plan.unknown-target")
    }
  }

  @Test(
    "A failing statement rolls its patch back and names its place",
    arguments: TestServer.allCases
  )
  func failure(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem([
        "1_a.sql": "CREATE TABLE t (a int);",
        "2_b.sql": "CREATE TABLE u (a int);\n/* é */ SELECT 'é', nowhere\nFROM t;",
        "3_c.sql": "CREATE TABLE v (a int);",
      ])
      #expect(problem.kind == .failed)
      #expect(problem.summary == "2_b.sql:2:21: statement 2 failed")
      #expect(problem.reason == "column \"nowhere\" does not exist (SQLSTATE 42703)")
      #expect(problem.hint == "The patch was rolled back; nothing of it is in the database.")
      #expect(try fixture.ledger() == "1:applied")
      #expect(try !fixture.exists("u") && !fixture.exists("v"))
    }
  }

  @Test("No row data is in an error", arguments: TestServer.allCases)
  func privacy(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem([
        "1_a.sql":
          "CREATE TABLE t (a text PRIMARY KEY); INSERT INTO t VALUES ('secret'), ('secret')"
      ])
      #expect(problem.reason?.contains("23505") == true)
      #expect(!problem.description.contains("secret"))
      #expect(problem.facts.contains(Problem.Fact("constraint", "t_pkey")))
    }
  }

  @Test("What a patch sets does not reach the next", arguments: TestServer.allCases)
  func leaks(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate([
        "1_a.sql": "SELECT pg_catalog.set_config('search_path', '', false);",
        "2_b.sql": "CREATE TABLE t (a int)",
      ])
      #expect(try fixture.exists("public.t"))
    }
  }

  @Test(
    "A statement that ends the transaction is found out at once",
    arguments: TestServer.allCases
  )
  func hiddenCommit(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let folder = try PatchFolder([
        "1_a.sql": "CREATE TABLE t (a int); SELECT 1; CREATE TABLE u (a int)"
      ])
      var patch = try folder.read().patches[0]
      patch.script.statements[1].text = "COMMIT"
      let problem = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in _ = try held.apply(patch) }
      }
      #expect(problem?.kind == .partial)
      #expect(
        problem?.summary.hasPrefix("1_a.sql:1:25: the statement ended the transaction") == true
      )
      #expect(try fixture.exists("t") && !fixture.exists("u"))
      #expect(try fixture.ledger() == "1:applied*")
      #expect(try fixture.problem(["1_a.sql": "SELECT 1"]).code == "plan.unfinished")
    }
  }

  @Test("A hidden ROLLBACK leaves nothing, and says so", arguments: TestServer.allCases)
  func hiddenRollback(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      var patch = try PatchFolder(["1_a.sql": "CREATE TABLE t (a int); SELECT 1"]).read().patches[0]
      patch.script.statements[1].text = "ROLLBACK"
      let problem = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in _ = try held.apply(patch) }
      }
      #expect(problem?.kind == .failed)
      #expect(try fixture.ledger().isEmpty && !fixture.exists("t"))
    }
  }

  @Test(
    "A deferred violation is found before COMMIT, with its constraint",
    arguments: TestServer.allCases
  )
  func deferred(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem([
        "1_a.sql": """
        CREATE TABLE a (id int PRIMARY KEY);
        CREATE TABLE b (id int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO b VALUES (1);
        """
      ])
      #expect(problem.code == "migrate.deferred-constraint")
      #expect(problem.facts.contains(Problem.Fact("constraint", "b_id_fkey")))
      #expect(try !fixture.exists("a"))
    }
  }

  @Test(
    "Assertions see the patch, leave nothing, and roll it back when they fail",
    arguments: TestServer.allCases
  )
  func verify(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate([
        "1_a.sql":
          "CREATE SCHEMA s; CREATE TABLE t (a int); SET search_path = s; SET ROLE pg_monitor",
        "1_a.verify.sql":
          "SELECT count(*) = 0 FROM t; INSERT INTO t VALUES (1); SELECT current_user = session_user",
      ])
      #expect(try fixture.value("SELECT count(*) FROM t") == "0")
      let files = [
        "1_a.sql":
          "CREATE SCHEMA s; CREATE TABLE t (a int); SET search_path = s; SET ROLE pg_monitor"
      ]
      let failing = try fixture.problem(
        files.merging([
          "2_b.sql": "CREATE TABLE u (a int)", "2_b.verify.sql": "SELECT 1;\nSELECT false;",
        ]) { $1 }
      )
      #expect(failing.code == "migrate.verify-failed")
      #expect(failing.summary == "2_b.verify.sql:2:1: the assertion is false after 2_b")
      let refused = try fixture.problem(
        files.merging(["2_b.sql": "CREATE TABLE u (a int)", "2_b.verify.sql": "SELECT 1/0"]) { $1 }
      )
      #expect(refused.summary == "2_b.verify.sql:1:1: statement 1 failed")
      #expect(try !fixture.exists("u"))
    }
  }

  @Test("A verify file keeps nothing by savepoints of its own", arguments: TestServer.allCases)
  func verifyWithSavepoints(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate([
        "1_a.sql": "CREATE TABLE t (a int)",
        "1_a.verify.sql": "INSERT INTO t VALUES (1); SAVEPOINT drydock_verify; SELECT 1",
      ])
      #expect(try fixture.value("SELECT count(*) FROM t") == "0")
      let problem = try fixture.problem([
        "1_a.sql": "CREATE TABLE t (a int)", "2_b.sql": "SAVEPOINT a; CREATE TABLE u (a int)",
        "2_b.verify.sql": "INSERT INTO t VALUES (1); RELEASE a; SELECT 1",
      ])
      #expect(problem.kind == .failed, "without its savepoint nothing can be taken back alone")
      #expect(try !fixture.exists("u"))
      #expect(try fixture.value("SELECT count(*) FROM t") == "0")
    }
  }

  @Test("Rows that follow COPY are stored", arguments: TestServer.allCases)
  func copy(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate([
        "1_a.sql":
          "CREATE TABLE t (a int, b text);\nCOPY t FROM STDIN;\n1\té;\n2\t\\N\n\\.\nSELECT 1;\n"
      ])
      #expect(try fixture.value("SELECT string_agg(b, ',') || count(*) FROM t") == "é;2")
      let problem = try fixture.problem([
        "1_a.sql":
          "CREATE TABLE t (a int, b text);\nCOPY t FROM STDIN;\n1\té;\n2\t\\N\n\\.\nSELECT 1;\n",
        "2_b.sql": "SELECT 1;\nCOPY t FROM STDIN;\nsecret\tx\n\\.\n",
      ])
      #expect(problem.summary == "2_b.sql:2:1: statement 2 failed")
    }
  }

  @Test("A dump made by pg_dump can be a patch", arguments: TestServer.allCases)
  func dump(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute(
        """
        CREATE TABLE jobs (id int PRIMARY KEY, "wörd;" text);
        INSERT INTO jobs VALUES (1, E'a\\tb'), (2, '\\.');
        CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
        """
      )
      let dump = try Psql.dump(fixture.settings, server: server)
      try withRunner(server) { copy in
        try copy.migrate([
          "1_dump.sql": "-- drydock: allow changes-timeouts because pg_dump writes them\n\(dump)"
        ])
        #expect(
          try copy.value("SELECT string_agg(\"wörd;\", '|' ORDER BY id) FROM jobs") == "a\tb|\\."
        )
        #expect(try copy.value("SELECT f()") == "2")
      }
    }
  }

  @Test(
    "The observer sees every statement from inside, and may forbid the commit",
    arguments: TestServer.allCases
  )
  func observer(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let witness = Witness()
      let files = ["1_a.sql": "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)"]
      let problem = try fixture.problem(files, observer: witness)
      #expect(problem.code == "test.forbidden")
      #expect(
        witness.events == [
          "begin 1_a", "run 1", "ran 1: 0", "run 2", "ran 2: 2", "commit 1_a with 2 rows",
        ]
      )
      #expect(try !fixture.exists("t"))
      #expect(try fixture.ledger().isEmpty)
    }
  }

  @Test("The observer hears why a statement failed", arguments: TestServer.allCases)
  func observedFailure(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let witness = Witness()
      _ = try fixture.problem(["1_a.sql": "SELECT 1/0"], observer: witness)
      #expect(witness.events.last == "ran 1: 22012")
    }
  }

  @Test(
    "An interruption cancels the statement and rolls the patch back",
    arguments: TestServer.allCases
  )
  func interruption(_ server: TestServer) async throws {
    try await withDatabase(on: server) { settings in
      let fixture = try RunnerFixture(settings)
      let folder = try PatchFolder(["1_a.sql": "CREATE TABLE t (a int); SELECT pg_sleep(60)"])
      let directory = try folder.read()
      let work = Task { [runner = fixture.runner] in
        try await runner.onOwnLane { runner in try runner.migrate(directory) }
      }
      while try fixture.value(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%'"
          + " AND pid <> pg_backend_pid() AND state = 'active'"
      ) == "0" {
        try await Task.sleep(for: .milliseconds(20))
      }
      work.cancel()
      let problem = await #expect(throws: Problem.self) { try await work.value }
      #expect(problem?.kind == .interrupted)
      #expect(try fixture.ledger().isEmpty && !fixture.exists("t"))
    }
  }

  @Test(
    "A COMMIT without an answer is looked into before anything is said",
    arguments: TestServer.allCases
  )
  func lostCommit(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let problem = try fixture.problem(
        ["1_a.sql": "CREATE TABLE t (a int)"],
        observer: DeathAtCommit()
      )
      #expect(problem.code == "migrate.not-committed")
      #expect(problem.isRetryable)
      #expect(try fixture.ledger().isEmpty && !fixture.exists("t"))
    }
  }

  @Test(
    "A statement that changes how the rest is read ends the patch",
    arguments: TestServer.allCases
  )
  func unreadable(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      for setting in ["client_encoding = 'LATIN1'", "standard_conforming_strings = off"] {
        let problem = try fixture.problem(["1_a.sql": "CREATE TABLE t (); SET \(setting);"])
        #expect(problem.code == "migrate.unreadable-setting")
        #expect(problem.summary.hasPrefix("1_a.sql:1:20: "))
        #expect(try !fixture.exists("t"))
      }
    }
  }
}

/// Writes down what an observer is told, and forbids the commit.
final class Witness: RunObserver {
  private(set) var events: [String] = []

  func willBegin(_ patch: Patch, on connection: Connection) {
    events.append("begin \(patch.name.stem)")
  }

  func willRun(_ statement: Statement, on connection: Connection) {
    events.append("run \(statement.number)")
  }

  func didRun(_ statement: Statement, _ outcome: StatementOutcome, on connection: Connection) {
    let result = outcome.failure?.sqlState ?? "\(outcome.affected)"
    events.append("ran \(statement.number): \(result)")
  }

  func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    let rows = try connection.query("SELECT count(*) FROM t", []).int ?? 0
    events.append("commit \(patch.name.stem) with \(rows) rows")
    throw Problem(.damaged, code: "test.forbidden", "the change set is another one")
  }
}

/// Makes the server end the session in the middle of its COMMIT.
private struct DeathAtCommit: RunObserver {
  func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    try connection.execute(
      """
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER die AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION die();
      SET CONSTRAINTS ALL DEFERRED;
      INSERT INTO t VALUES (1);
      """
    )
  }
}
