import Catalog
import Postgres
import Problems
import TestSupport
import Testing

@testable import Backup

@Suite("The granted function")
struct PageAccessTests {
  /// Runs a test in a database with a role that is gone afterwards.
  private func withRole(
    _ server: TestServer,
    _ body: (Connection, ConnectionSettings, String) throws -> Void
  ) throws {
    try withDatabase(on: server) { settings in
      let role = "dd_pages_\(String(UInt64.random(in: .min ... .max), radix: 36))"
      let connection = try Connection.open(settings)
      try connection.execute("CREATE ROLE \(role) LOGIN")
      try body(connection, settings.with("user", role), role)
      try connection.execute("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
    }
  }

  private func state(_ connection: Connection, _ sql: String) throws -> String? {
    do throws(PostgresError) {
      try connection.execute(sql)
      return nil
    } catch {
      return error.sqlState
    }
  }

  @Test(
    "A plain role finds the changed pages of users' tables, and nothing else",
    arguments: TestServer.allCases
  )
  func plainRole(server: TestServer) throws {
    try withRole(server) { superuser, settings, role in
      try superuser.execute(
        """
        CREATE TABLE t (id int, pad text) WITH (autovacuum_enabled = off);
        INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 2000) g;
        GRANT SELECT ON t TO \(role)
        """
      )
      try superuser.execute("VACUUM FREEZE t")
      #expect(try PageAccess.install(for: role, on: superuser) == .installed)
      #expect(try PageAccess.install(for: role, on: superuser) == .installed)
      let rig = try PageRig(settings)
      let claim = try rig.claim()
      try superuser.execute("DELETE FROM t WHERE id = 30")
      let source = try rig.headers()
      #expect(source.name == "drydock_pages")
      let answer = try rig.answer(source, since: claim)
      #expect(answer == .pages(PageSet(ranges: [1..<2])))
      #expect(try rig.spliced(claim, answer) == rig.rows())
      let catalog = try rig.connection.execute(
        """
        SELECT count(*) FROM drydock_pages.changed_blocks(
          ARRAY['pg_class'::regclass::oid, 'pg_authid'::regclass::oid, \(toast)], '{0,0,0}',
          '{1,1,1}', 0)
        """
      )
      #expect(catalog.int == 0)
      #expect(
        try state(rig.connection, "SELECT drydock_pages.get_raw_page('t', 'main', 0)") == "42501"
      )
      #expect(
        try state(
          rig.connection,
          "CREATE FUNCTION drydock_pages.f() RETURNS int LANGUAGE sql RETURN 1"
        )
          == "42501"
      )
    }
  }

  private let toast = "(SELECT reltoastrelid FROM pg_class WHERE oid = 't'::regclass)"

  @Test("Who was not granted it may not call it", arguments: TestServer.allCases)
  func others(server: TestServer) throws {
    try withRole(server) { superuser, settings, role in
      #expect(try PageAccess.install(for: "postgres", on: superuser) == .installed)
      let connection = try Connection.open(settings)
      guard case .missing(let reason) = try PageReader.find(on: connection) else {
        Issue.record("a role without the grant found a function")
        return
      }
      #expect(reason.contains("drydock init --grant"))
      #expect(
        try state(connection, "SELECT drydock_pages.changed_blocks('{}', '{}', '{}', 0)") == "42501"
      )
      #expect(try PageAccess.install(for: role, on: connection) == .needsSuperuser)
    }
  }

  @Test(
    "An overload in a schema that the role owns never runs",
    arguments: TestServer.allCases
  )
  func overload(server: TestServer) throws {
    try withRole(server) { superuser, settings, role in
      try superuser.execute(
        """
        CREATE SCHEMA theirs AUTHORIZATION \(role);
        CREATE TABLE t (a int); INSERT INTO t VALUES (1); GRANT SELECT ON t TO \(role)
        """
      )
      #expect(try PageAccess.install(for: role, on: superuser) == .installed)
      let thief = try Connection.open(settings)
      // Whatever a function or an operator of the body might be mistaken for.
      let attack = "plpgsql AS 'BEGIN ALTER ROLE \(role) SUPERUSER; RETURN NULL; END'"
      for block in ["int", "smallint", "numeric", "bigint"] {
        try thief.execute(
          "CREATE FUNCTION theirs.get_raw_page(text, text, \(block)) RETURNS bytea LANGUAGE \(attack)"
        )
      }
      try thief.execute(
        """
        CREATE FUNCTION theirs.above(bigint, bigint) RETURNS boolean LANGUAGE \(attack);
        CREATE OPERATOR theirs.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = theirs.above);
        CREATE FUNCTION theirs.substring(bytea, int, int) RETURNS bytea LANGUAGE \(attack);
        SET search_path = theirs, pg_catalog
        """
      )
      let found = try thief.execute(
        """
        SELECT blocks FROM drydock_pages.changed_blocks(
          ARRAY['public.t'::regclass::oid], '{0}', '{1}', 0)
        """
      )
      #expect(found.value == "{[0,1)}")
      let isSuper = try superuser.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = '\(role)'"
      ).bool
      #expect(!isSuper)
    }
  }

  @Test(
    "A superuser calls nothing in a schema that others may replace",
    arguments: TestServer.allCases
  )
  func unsafeSchemas(server: TestServer) throws {
    try withRole(server) { superuser, _, role in
      try superuser.execute(
        "CREATE SCHEMA theirs AUTHORIZATION \(role); CREATE EXTENSION pageinspect SCHEMA theirs"
      )
      guard case .missing(let reason) = try PageReader.find(on: superuser) else {
        Issue.record("a schema that somebody else owns was trusted")
        return
      }
      #expect(reason.contains("a schema that others may replace"))
      try superuser.execute("ALTER SCHEMA theirs OWNER TO postgres")
      guard case .found = try PageReader.find(on: superuser) else {
        Issue.record("a safe schema was not trusted")
        return
      }
    }
  }

  @Test(
    "A schema drydock_pages that somebody else made is refused, and never called",
    arguments: TestServer.allCases
  )
  func squatter(server: TestServer) throws {
    try withRole(server) { superuser, settings, role in
      try superuser.execute("CREATE SCHEMA drydock_pages AUTHORIZATION \(role)")
      let thief = try Connection.open(settings)
      try thief.execute(
        """
        CREATE FUNCTION drydock_pages.changed_blocks(oid[], bigint[], bigint[], bigint)
          RETURNS TABLE (place bigint, blocks int8multirange) LANGUAGE sql SECURITY DEFINER
          AS 'SELECT NULL::bigint, NULL::int8multirange'
        """
      )
      for connection in [thief, superuser] {
        guard case .missing = try PageReader.find(on: connection) else {
          Issue.record("somebody's function was taken for ours")
          continue
        }
      }
      let problem = #expect(throws: Problem.self) {
        try PageAccess.install(for: role, on: superuser)
      }
      #expect(problem?.code == "init.pages-schema")
      try superuser.execute("DROP SCHEMA drydock_pages CASCADE; CREATE SCHEMA drydock_pages")
      try superuser.execute("GRANT CREATE ON SCHEMA drydock_pages TO \(role)")
      #expect(throws: Problem.self) { try PageAccess.install(for: role, on: superuser) }
    }
  }

  @Test("The granted role leaves its witness", arguments: TestServer.allCases)
  func witness(server: TestServer) throws {
    try withRole(server) { superuser, settings, role in
      try PageAccess.grantWitness(to: role, on: superuser)
      try PageAccess.grantWitness(to: role, on: superuser)
      let connection = try Connection.open(settings)
      guard case .written(let witness) = try Witness.write(on: connection, repository: "r") else {
        Issue.record("the granted role could not write a witness")
        return
      }
      #expect(try Witness.isConfirmed(witness, on: connection))
    }
  }

  @Test(
    "A superuser who grants calls no operator of the database's owner",
    arguments: TestServer.allCases
  )
  func ownersPath(server: TestServer) throws {
    try withRole(server) { superuser, settings, role in
      let database = SQL.identifier(settings.keywords["dbname"] ?? "")
      try superuser.execute("CREATE SCHEMA theirs AUTHORIZATION \(role)")
      let thief = try Connection.open(settings)
      let attack = "plpgsql AS 'BEGIN ALTER ROLE \(role) SUPERUSER; RETURN true; END'"
      try thief.execute(
        """
        CREATE FUNCTION theirs.equal(name, name) RETURNS boolean LANGUAGE \(attack);
        CREATE OPERATOR theirs.= (LEFTARG = name, RIGHTARG = name, FUNCTION = theirs.equal);
        CREATE FUNCTION theirs.check(text) RETURNS boolean LANGUAGE \(attack);
        CREATE DOMAIN theirs.text AS text CHECK (theirs.check(VALUE))
        """
      )
      try superuser.execute("ALTER DATABASE \(database) SET search_path = theirs, pg_catalog")
      let granting = try Connection.open(settings.with("user", "postgres"))
      try PageAccess.grantWitness(to: role, on: granting)
      #expect(try PageAccess.install(for: role, on: granting) == .installed)
      #expect(
        try superuser.execute("SELECT rolsuper FROM pg_roles WHERE rolname = '\(role)'").value
          == "f"
      )
      let types = try superuser.execute(
        """
        SELECT DISTINCT typnamespace::regnamespace::text FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE attrelid = 'drydock_witness.rows'::regclass AND attnum > 0
        """
      )
      #expect(types.map { $0[0] ?? "" } == ["pg_catalog"])
    }
  }
}
