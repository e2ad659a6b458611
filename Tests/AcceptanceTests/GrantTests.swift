import Postgres
import TestSupport
import Testing

/// What `init --grant` gives a role that owns nothing: snapshots that read changed pages only.
@Suite("A role that was prepared for snapshots")
struct GrantTests {
  @Test(
    "It reads changed pages only, and none of its means is in the snapshot",
    arguments: TestServer.either()
  )
  func changedPages(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let role = "dd_grant_\(String(UInt64.random(in: .min ... .max), radix: 36))"
      let connection = try Connection.open(database)
      try connection.execute(
        """
        CREATE ROLE \(role) LOGIN IN ROLE pg_read_all_data;
        CREATE TABLE t (id int, pad text) WITH (autovacuum_enabled = off);
        INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 5000) g
        """
      )
      try connection.execute("VACUUM FREEZE t")
      let user = try Drydock(on: server)
      let grant = try user.run(["init", "--grant", role, "--database", database.argument]).require(
        0
      )
      #expect(grant.output.contains("finds changed pages"))
      #expect(grant.errors == "", "\(grant)")

      let asRole = database.with("user", role)
      try user.backup(asRole)
      try connection.execute("UPDATE t SET id = -id WHERE id = 77")
      try user.backup(asRole)
      let shown = try user.run(["show", "latest"]).require(0)
      #expect(shown.output.contains("drydock_pages"), "\(shown)")

      try withDatabase(on: server) { target in
        try user.restore(into: target)
        let restored = try Connection.open(target)
        let own = "SELECT count(*) FROM pg_namespace WHERE nspname = 'drydock_pages'"
        #expect(try restored.execute(own).int == 0)
        #expect(try restored.execute("SELECT to_regclass('drydock_witness.rows')").value == nil)
        let sum = "SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM t"
        #expect(try restored.execute(sum).value == connection.execute(sum).value)
      }
      try connection.execute("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
    }
  }

  @Test("An owner who is no superuser is told what is missing", arguments: TestServer.either())
  func plainOwner(server: TestServer) throws {
    try withDatabase(on: server) { database in
      let owner = "dd_owner_\(String(UInt64.random(in: .min ... .max), radix: 36))"
      let connection = try Connection.open(database)
      try connection.execute("CREATE ROLE \(owner) LOGIN")
      try connection.execute(
        "ALTER DATABASE \(database.keywords["dbname"] ?? "") OWNER TO \(owner)"
      )
      let user = try Drydock(on: server)
      let settings = database.with("user", owner)
      let run = try user.run(["init", "--grant", owner, "--database", settings.argument]).require(0)
      #expect((run.output + run.errors).contains("Only a superuser"), "\(run)")
      try connection.execute("REASSIGN OWNED BY \(owner) TO postgres; DROP OWNED BY \(owner)")
      try connection.execute("DROP ROLE \(owner)")
    }
  }
}
