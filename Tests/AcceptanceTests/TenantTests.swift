import Postgres
import TestSupport
import Testing

@Suite("One set of patches over many")
struct TenantTests {
  private static let exempt = ["--without-receipt", "--because", "a test"]

  @Test("Databases: a failure does not stop the others, unless that is asked for")
  func databases() throws {
    try withDatabase(on: .v15) { one in
      try withDatabase(on: .v15) { broken in
        try withDatabase(on: .v15) { three in
          let user = try Drydock(on: .v15)
          try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);\n")
          try Connection.open(broken).execute("CREATE TABLE t (b int)")
          let all = [one, broken, three].flatMap { ["--database", $0.argument] }
          let stopping = try user.run(["migrate", "--stop-on-failure"] + all + Self.exempt)
          #expect(stopping.code == 8, "\(stopping)")
          #expect(stopping.output.contains("1 of 3 done, 1 failed, 1 left alone."), "\(stopping)")
          let run = try user.run(["migrate"] + all + Self.exempt)
          #expect(run.code == 8, "\(run)")
          #expect(run.output.contains("2 of 3 done, 1 failed, 0 left alone."), "\(run)")
          #expect(run.output.contains("failed: migrate.statement-failed"), "\(run)")
          try Connection.open(broken).execute("DROP TABLE t")
          let list = "\(user.directory)/tenants"
          try user.write(
            patch: "../tenants",
            "# all of them\n\(one.argument)\n\n\(broken.argument)\n\(three.argument)\n"
          )
          let again = try user.run(["migrate", "--tenants", list] + Self.exempt)
          #expect(again.code == 0, "\(again)")
          #expect(again.output.contains("3 of 3 done"), "\(again)")
        }
      }
    }
  }

  @Test("Where all fail for one reason and nothing was changed, the exit code says which")
  func allRefused() throws {
    try withDatabase(on: .v15) { one in
      try withDatabase(on: .v15) { two in
        let user = try Drydock(on: .v15)
        try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);\n")
        let all = [one, two].flatMap { ["--database", $0.argument] }
        let run = try user.run(["migrate"] + all)
        #expect(run.code == 3, "\(run)")
        #expect(run.output.contains("failed: migrate.no-receipt"), "\(run)")
      }
    }
  }

  @Test("Schemas: each its own tables and its own state")
  func schemas() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);\n")
      try user.write(patch: "0001_t.undo.sql", "DROP TABLE t;\n")
      let connection = try Connection.open(database)
      try connection.execute("CREATE SCHEMA tenant_a; CREATE SCHEMA tenant_b")
      let command = ["--database", database.argument, "--schemas", "tenant_%"]
      let refused = try user.run(["migrate"] + command)
      #expect(refused.code == 3, "\(refused)")
      #expect(refused.output.contains("failed: migrate.no-receipt"), "\(refused)")
      let run = try user.run(["migrate"] + command + Self.exempt)
      #expect(run.code == 0 && run.output.contains("2 of 2 done"), "\(run)")
      try connection.execute("CREATE SCHEMA tenant_c")
      let more = try user.run(["migrate"] + command + Self.exempt)
      #expect(more.code == 0 && more.output.contains("nothing pending"), "\(more)")
      let tables =
        "SELECT string_agg(schemaname, ' ' ORDER BY schemaname) FROM pg_tables"
        + " WHERE tablename = 't'"
      #expect(try connection.query(tables, []).value == "tenant_a tenant_b tenant_c")
      try user.run(["undo"] + command + Self.exempt).require(0)
      #expect(try connection.query(tables, []).value == nil)
    }
  }

  @Test("A tenant's patch is looked at, accepted and declared apart from those of the database")
  func tenantOfLedger() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int);\n")
      try Connection.open(database).execute("CREATE SCHEMA tenant_a; CREATE SCHEMA tenant_b")
      let on = ["--database", database.argument]
      let all = on + ["--schemas", "tenant_%"] + Self.exempt
      try user.run(["migrate"] + all).require(0)
      let one = on + ["--tenant", "tenant_a"]
      try user.run(["status"] + one).require(0)
      #expect(try user.run(["status"] + on).output.contains("pending"))
      try user.write(patch: "0001_t.sql", "CREATE TABLE t (a int); -- more\n")
      let edited = try user.run(["migrate"] + all)
      #expect(edited.output.contains("drydock repair 0001 --tenant tenant_a"), "\(edited)")
      let because = ["--because", "a comment"]
      let wrong = try user.run(["repair", "0001"] + on + because)
      #expect(wrong.code == 3 && wrong.errors.contains("is not applied"), "\(wrong)")
      try user.run(["repair", "0001"] + one + because).require(0)
      try user.run(["status"] + one).require(0)
      #expect(try user.run(["status"] + on + ["--tenant", "tenant_b"]).code == 4)
      let settled = try user.run(["repair", "0001", "--statement", "1", "--done"] + one)
      #expect(settled.code == 3 && settled.errors.contains("not undecided"), "\(settled)")
      try user.write(patch: "0002_u.sql", "CREATE TABLE u (a int);\n")
      try user.run(["baseline", "0002"] + one + because).require(0)
      let none = try user.run(["status"] + on + ["--tenant", "tenant_x"])
      #expect(none.code == 2 && none.missingOfError == [], "\(none)")
      let keys =
        "SELECT string_agg(version || ' ' || kind, ', ' ORDER BY position)"
        + " FROM drydock.events"
      #expect(
        try Connection.open(database).query(keys, []).value
          == "tenant_a/0001 applied, tenant_b/0001 applied, tenant_a/0001 repaired,"
          + " tenant_a/0002 baseline"
      )
    }
  }
}
