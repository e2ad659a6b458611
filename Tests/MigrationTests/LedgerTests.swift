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

  @Test(
    "A schema that a stranger made first, or may make things in, is not taken for the ledger",
    arguments: TestServer.allCases
  )
  func stranger(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let role = "stranger_\(UInt32.random(in: 0 ... .max))"
      try fixture.eye.execute("CREATE ROLE \(role); CREATE SCHEMA drydock AUTHORIZATION \(role)")
      defer { _ = try? fixture.eye.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
      let patch = ["1_a.sql": "CREATE TABLE t (a int)"]
      let planted = try fixture.problem(patch)
      #expect(planted.code == "ledger.foreign" && planted.kind == .refused)
      #expect(planted.facts == [Problem.Fact("schema drydock", "belongs to \(role)")])
      #expect(planted.hint?.contains("ALTER SCHEMA drydock OWNER TO ") == true)
      #expect(try fixture.value("SELECT to_regclass('drydock.events')") == nil)

      try fixture.eye.execute(
        """
        ALTER SCHEMA drydock OWNER TO CURRENT_USER;
        GRANT USAGE, CREATE ON SCHEMA drydock TO \(role)
        """
      )
      let shared = try fixture.problem(patch)
      #expect(shared.hint?.contains("REVOKE CREATE ON SCHEMA drydock FROM \(role)") == true)
      try fixture.eye.execute("REVOKE CREATE ON SCHEMA drydock FROM \(role)")
      try fixture.migrate(patch)

      try fixture.eye.execute("GRANT INSERT, DELETE ON drydock.progress TO \(role)")
      let writer = try fixture.problem(patch)
      #expect(writer.facts == [Problem.Fact("drydock.progress", "DELETE is granted to \(role)")])
      try fixture.eye.execute("REVOKE DELETE ON drydock.progress FROM \(role)")
      try fixture.migrate(patch)
    }
  }

  @Test(
    "A migrator trusts a ledger of a group that it belongs to, and of the database's owner",
    arguments: TestServer.allCases
  )
  func owners(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let end = UInt32.random(in: 0 ... .max)
      let (group, role) = ("owners_\(end)", "member_\(end)")
      let database = SQL.identifier(fixture.settings.keywords["dbname"] ?? "")
      try fixture.eye.execute(
        """
        CREATE ROLE \(group); CREATE ROLE \(role) LOGIN IN ROLE \(group);
        GRANT CREATE ON DATABASE \(database) TO \(group);
        CREATE SCHEMA drydock AUTHORIZATION \(group)
        """
      )
      defer {
        _ = try? fixture.eye.execute(
          """
          ALTER DATABASE \(database) OWNER TO CURRENT_USER;
          DROP OWNED BY \(group), \(role); DROP ROLE \(group), \(role)
          """
        )
      }
      var member = fixture
      member.runner.settings = fixture.settings.with("user", role)
      try member.migrate(["1_a.sql": "SELECT 1"])
      // A superuser has every right and gains none: only the database's owner may lay him a trap.
      #expect(try fixture.problem(["1_a.sql": "SELECT 1"]).code == "ledger.foreign")
      try fixture.eye.execute("ALTER DATABASE \(database) OWNER TO \(group)")
      try fixture.migrate(["1_a.sql": "SELECT 1"])
    }
  }

  @Test(
    "Code that somebody put into the ledger is neither read nor run",
    arguments: TestServer.allCases,
    Plant.all
  )
  func plantedCode(_ server: TestServer, _ plant: Plant) throws {
    try withRunner(server) { fixture in
      try fixture.runner.prepareLedger()
      try fixture.eye.execute(
        """
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE FUNCTION g() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
        CREATE DOMAIN d AS int; \(plant.sql)
        """
      )
      let read = #expect(throws: Problem.self) { try Ledger.read(fixture.eye) }
      #expect(read?.code == "ledger.strange")
      #expect(read?.facts.contains { $0.value.contains(plant.fault) } == true, "\(read as Any)")
      #expect(try fixture.problem(["1_a.sql": "CREATE TABLE t ()"]).code == "ledger.strange")
      #expect(try !fixture.exists("t"))
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

/// Something put into the ledger, and the words by which it is refused.
struct Plant: Sendable {
  var sql: String
  var fault: String

  static let all = [
    Plant(
      sql: "CREATE TRIGGER x BEFORE INSERT ON drydock.progress EXECUTE FUNCTION f()",
      fault: "the trigger x"
    ),
    Plant(
      sql: "CREATE RULE x AS ON INSERT TO drydock.events DO ALSO SELECT g()",
      fault: "the rule x"
    ),
    Plant(
      sql: "ALTER TABLE drydock.events ENABLE ROW LEVEL SECURITY",
      fault: "row-level security"
    ),
    Plant(
      sql: "ALTER TABLE drydock.events ALTER performed_by SET DEFAULT g()",
      fault: "uses function g()"
    ),
    Plant(
      sql: "ALTER TABLE drydock.batches ADD CHECK (criteria <> g())",
      fault: "uses function g()"
    ),
    Plant(
      sql: "CREATE TABLE child () INHERITS (drydock.events)",
      fault: "the child child"
    ),
    Plant(
      sql: """
        ALTER TABLE drydock.events RENAME TO e;
        CREATE VIEW drydock.events AS SELECT * FROM drydock.e
        """,
      fault: "is a view"
    ),
    Plant(
      sql: "ALTER TABLE drydock.progress ADD c d",
      fault: "the column c of type d"
    ),
  ]
}
