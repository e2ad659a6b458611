import Cluster
import Postgres
import TestSupport
import Testing

/// What a restore that ends in its middle says of the state that it leaves.
@Suite("A restore that ends early says what is there")
struct RestoreStateTests {
  @Test("A definition too large for one transaction is left in part, and said so")
  func largeDefinition() throws {
    // On a server of its own: beside it, a restore with roles could bring the one that is missing.
    let server = try ScratchServer.start(try TestServer.v15.options())
    defer {
      do { try server.remove() } catch { print("a test server was left behind: \(error)") }
    }
    let connection = try Connection.open(server.settings())
    try connection.execute(
      """
      CREATE ROLE dd_leaves;
      DO $$ BEGIN FOR i IN 1..1001 LOOP EXECUTE 'CREATE TABLE t' || i || ' ()'; END LOOP; END $$;
      ALTER TABLE t999 OWNER TO dd_leaves
      """
    )
    let user = try Drydock(on: .v15)
    try user.backup(server.settings())
    try connection.execute("ALTER TABLE t999 OWNER TO postgres; DROP ROLE dd_leaves")
    try connection.execute("CREATE DATABASE target TEMPLATE template0")
    let target = server.settings(database: "target")
    let failed = try user.run(["restore", "latest", "--into", target.argument])
    #expect(failed.code == 8 && failed.errors.contains("holds a part"), "\(failed)")
    #expect(failed.errors.contains("Drop that database"), "\(failed)")
    let tables = "SELECT count(*) > 0 FROM pg_tables WHERE schemaname = 'public'"
    #expect(try Connection.open(target).execute(tables).bool)
  }

  @Test("A property that cannot be set costs no rows", arguments: TestServer.either())
  func property(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let old = try #require(source.keywords["dbname"])
      let connection = try Connection.open(source)
      try connection.execute(
        """
        CREATE TABLE t AS SELECT generate_series(1, 50) AS i;
        ALTER DATABASE \(old) SET work_mem = '7MB'; ALTER DATABASE \(old) SET random_page_cost = 2
        """
      )
      let user = try Drydock(on: server)
      try user.backup(source)
      let words = [
        "restore", "latest", "--into", source.database("postgres").argument, "--jobs", "1", "--as",
        "\(old)_copy",
      ]
      let log = "\(user.directory)/points"
      try user.run(words, ["DRYDOCK_FAULT_LOG": log]).require(0)
      let points = FaultPoints.passed(log: log)
      let point = try #require(
        points.firstIndex { $0.contains("statement before") && $0.contains("work_mem") }
      )
      try connection.execute("DROP DATABASE \(old)_copy")
      let failed = try user.run(
        words,
        ["DRYDOCK_FAULT_POINT": "\(point + 1)", "DRYDOCK_FAULT_KIND": "error"]
      )
      #expect(failed.code == 8 && failed.errors.contains("was kept"), "\(failed)")
      #expect(failed.errors.contains("SET work_mem"), "\(failed)")
      #expect(failed.errors.contains("an error that a test injected"), "\(failed)")
      let copy = try Connection.open(source.database("\(old)_copy"))
      #expect(try copy.execute("SELECT count(*) FROM t").int == 50)
      #expect(
        try connection.execute(
          "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '\(old)_copy'"
        ).value == nil
      )
      try connection.execute("DROP DATABASE \(old)_copy WITH (FORCE)")
    }
  }

  @Test("Roles are created once the target has passed its guards, and are named after a failure")
  func roles() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      let role = try #require(source.keywords["dbname"]) + "_role"
      try connection.execute(
        "CREATE ROLE \(role); CREATE TABLE t (i int CHECK (i > 0)); ALTER TABLE t OWNER TO \(role)"
      )
      let user = try Drydock(on: .v15)
      try user.backup(source)
      try connection.execute("ALTER TABLE t OWNER TO postgres; DROP ROLE \(role)")
      let roles = "SELECT count(*) FROM pg_roles WHERE rolname = '\(role)'"
      let words = ["restore", "latest", "--with-roles", "--into"]
      let full = try user.run(words + [source.argument])
      #expect(full.code == 3 && full.errors.contains("nothing was changed"), "\(full)")
      #expect(try connection.execute(roles).int == 0)
      let taken = try user.run(
        words + [source.database("postgres").argument, "--as", role.replacing("_role", with: "")]
      )
      #expect(taken.code == 3 && taken.errors.contains("already exists"), "\(taken)")
      #expect(try connection.execute(roles).int == 0)
      // What no guard knows beforehand: the table is not there.
      try withDatabase(on: .v15) { target in
        let lacking = try user.run(words + [target.argument, "--data-only"])
        #expect(lacking.code == 3, "\(lacking)")
        #expect(lacking.errors.contains("\(role) were created before, and stay"), "\(lacking)")
        #expect(try connection.execute(roles).int == 1)
      }
      try connection.execute("DROP ROLE \(role)")
    }
  }
}
