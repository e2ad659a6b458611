import Migration
import Postgres
import TestSupport
import Testing

@Suite("Drydock's own queries mean the server's names, wherever a database searches first")
struct OwnNamesTests {
  @Test(
    "Operators before the server's own are not called by a migration",
    arguments: TestServer.allCases
  )
  func operators(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.eye.execute(Self.traps)
      let name = try fixture.value("SELECT pg_catalog.current_database()") ?? ""
      try fixture.eye.execute(
        "ALTER DATABASE \(SQL.identifier(name)) SET search_path = trap, public, pg_catalog"
      )
      #expect(throws: PostgresError.self, "the trap is one") {
        try Connection.open(fixture.settings).query("SELECT 1 = 1", [])
      }

      let files = ["1_a.sql": "CREATE TABLE public.t (a int)", "2_b.sql": "TABLE public.t"]
      #expect(try fixture.migrate(files).map(\.name) == ["1_a", "2_b"])
      let own = try Connection.openForOwnQueries(fixture.settings)
      #expect(try Ledger.read(own).applied.count == 2)
      #expect(try own.ownSearchPath() == "trap, public, pg_catalog")
    }
  }

  @Test("Patches begin with the database's own path", arguments: TestServer.allCases)
  func patches(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let name = try fixture.value("SELECT pg_catalog.current_database()") ?? ""
      try fixture.eye.execute(
        "CREATE SCHEMA s; ALTER DATABASE \(SQL.identifier(name)) SET search_path = s, pg_catalog"
      )
      try fixture.migrate(["1_a.sql": "CREATE TABLE t (a int)"])
      #expect(try fixture.exists("s.t"))
    }
  }

  /// Operators of the server's own types that fail whoever calls them.
  private static let traps = """
    CREATE SCHEMA trap;
    DO $trap$
    DECLARE kind pg_catalog.text; sign pg_catalog.text;
    BEGIN
      FOREACH kind IN ARRAY ARRAY['name', 'text', 'oid', 'int2', 'int4', 'int8', '"char"', 'bool',
        'timestamptz', 'xid']
      LOOP
        EXECUTE pg_catalog.format('CREATE FUNCTION trap.call(a pg_catalog.%1$s, b pg_catalog.%1$s)'
          ' RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION ''trapped''; END$$', kind);
        FOREACH sign IN ARRAY ARRAY['=', '<>', '<', '>', '-', '+', '||', '&', '<<']
        LOOP
          EXECUTE pg_catalog.format('CREATE OPERATOR trap.%1$s (FUNCTION = trap.call,'
            ' LEFTARG = pg_catalog.%2$s, RIGHTARG = pg_catalog.%2$s)', sign, kind);
        END LOOP;
      END LOOP;
    END $trap$;
    """
}
