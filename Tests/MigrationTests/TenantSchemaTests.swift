import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("The schemas of tenants have the same patches, each its own state")
struct TenantSchemaTests {
  private static let files = [
    "0001_t.sql": "CREATE TABLE t (a int); INSERT INTO t SELECT n FROM shared;",
    "0001_t.undo.sql": "DROP TABLE t;", "0001_t.verify.sql": "SELECT count(*) = 1 FROM t;",
    "R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT a FROM t;",
  ]

  @Test("Each patch runs in the schema, and the database's own state is another")
  func runs() throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute(
        #"CREATE SCHEMA "Tenant one"; CREATE SCHEMA tenant_2; CREATE SCHEMA x;"#
          + "CREATE TABLE shared AS SELECT 7 AS n"
      )
      let names = try TenantSchema.matching("%enant%", fixture.eye)
      #expect(names == ["Tenant one", "tenant_2"])
      let directory = try PatchFolder(Self.files).read()
      for name in names {
        var runner = fixture.runner
        runner.options.tenant = name
        #expect(try runner.migrate(directory).map(\.name) == ["0001_t", "R__v"])
        #expect(try runner.migrate(directory).isEmpty)
      }
      #expect(try fixture.value(#"SELECT sum(a) FROM "Tenant one".v"#) == "7")
      #expect(try fixture.value("SELECT sum(a) FROM tenant_2.v") == "7")
      #expect(try !fixture.exists("public.t"))
      #expect(try fixture.ledger() == "")
      #expect(
        try fixture.value("SELECT string_agg(version, ' ' ORDER BY position) FROM drydock.events")
          == "Tenant one/0001 Tenant one/R__v tenant_2/0001 tenant_2/R__v"
      )
      var second = fixture.runner
      second.options.tenant = "tenant_2"
      try fixture.eye.execute("DROP VIEW tenant_2.v")
      _ = try second.hold { try $0.undo(directory) }
      #expect(try fixture.exists(#""Tenant one".t"#) && !fixture.exists("tenant_2.t"))
      #expect(try Ledger.read(fixture.eye, tenant: "tenant_2").applied.map(\.name) == ["R__v"])
    }
  }

  @Test("Copies that a restore set aside are no tenants")
  func copies() throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute(
        "CREATE SCHEMA tenant_a; CREATE SCHEMA tenant_a__dd_abcd2345_old;"
          + "CREATE SCHEMA tenant_a__dd_abcd2345_new; CREATE SCHEMA tenant_b__dd_old"
      )
      let names = try TenantSchema.matching("tenant_%", fixture.eye)
      #expect(names == ["tenant_a", "tenant_b__dd_old"])
    }
  }

  @Test("A schema that the server would pass over is refused, and nothing runs in another")
  func unusable() throws {
    try withRunner(.v15) { fixture in
      let role = "tenant_\(UInt32.random(in: 0 ... .max))"
      try fixture.eye.execute(
        #"CREATE ROLE \#(role) LOGIN; CREATE SCHEMA shut; CREATE SCHEMA "$user";"#
          + "GRANT ALL ON SCHEMA public TO \(role)"
      )
      defer { _ = try? fixture.eye.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
      try fixture.runner.prepareLedger(for: role)
      let directory = try PatchFolder(["0001_t.sql": "CREATE TABLE t ()"]).read()
      for (schema, user) in [("gone", nil), ("$user", nil), ("shut", role)] {
        var runner = fixture.runner
        runner.options.tenant = schema
        if let user { runner.settings = runner.settings.with("user", user) }
        let problem = #expect(throws: Problem.self) { try runner.migrate(directory) }
        #expect(problem?.code == "tenants.no-schema", "\(schema)")
      }
      #expect(try !fixture.exists("public.t"))
      #expect(try fixture.value("SELECT count(*) FROM drydock.events") == "0")
    }
  }

  @Test("What a person is told to run next names the tenant, as a shell reads it")
  func nextCommand() throws {
    let version = try #require(Version("0007"))
    let plain = NextCommand(tenant: nil)
    #expect(plain.repair(version) == "drydock repair 0007")
    #expect(plain.undo(version) == "drydock undo --version 0007")
    let tenant = NextCommand(tenant: "tenant_2")
    #expect(tenant.repair(version) == "drydock repair 0007 --tenant tenant_2")
    #expect(tenant.baseline(version) == "drydock baseline 0007 --tenant tenant_2")
    #expect(tenant.undo(version) == #"drydock undo --version 0007 --schemas 'tenant\_2'"#)
    let odd = NextCommand(tenant: "it's")
    #expect(odd.repair(version, " --statement 2 --done").hasSuffix(#"--done --tenant 'it'\''s'"#))
  }
}
