import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("A repeatable patch runs again when its text has changed")
struct RepeatableTests {
  private static let table = "CREATE TABLE t (a int); INSERT INTO t VALUES (1);"

  @Test(
    "After the numbered ones, in the order of names, and only then",
    arguments: TestServer.allCases
  )
  func runs(_ server: TestServer) throws {
    try withRunner(server) { (fixture: RunnerFixture) throws in
      var files = [
        "R__b.sql": "CREATE OR REPLACE VIEW v2 AS SELECT a FROM v",
        "R__a.sql": "CREATE OR REPLACE VIEW v AS SELECT a FROM t", "0001_t.sql": Self.table,
      ]
      #expect(try fixture.migrate(files).map(\.name) == ["0001_t", "R__a", "R__b"])
      #expect(try fixture.migrate(files).isEmpty)
      files["R__a.sql"] = "CREATE OR REPLACE VIEW v AS SELECT a FROM t -- again\r\n"
      files["0002_u.sql"] = "ALTER TABLE t ADD b int"
      let request = Plan.Request(target: Version("2"))
      #expect(try fixture.migrate(files, request).map(\.name) == ["0002_u"])
      #expect(try fixture.migrate(files).map(\.name) == ["R__a"])
      #expect(
        try fixture.value("SELECT string_agg(version, ' ' ORDER BY position) FROM drydock.events")
          == "0001 R__a R__b 0002 R__a"
      )
    }
  }

  @Test("Line ends are no change, and later numbers are not out of order because of it")
  func lineEnds() throws {
    try withRunner(.v15) { fixture in
      try fixture.migrate(["0001_t.sql": Self.table, "R__v.sql": "SELECT 1;\nSELECT 2;\n"])
      let outcomes = try fixture.migrate([
        "0001_t.sql": Self.table, "R__v.sql": "SELECT 1;\r\nSELECT 2;\r\n",
        "0002_u.sql": "ALTER TABLE t ADD b int",
      ])
      #expect(outcomes.map(\.name) == ["0002_u"])
    }
  }

  @Test("One that fails is rolled back and runs the next time")
  func failure() throws {
    try withRunner(.v15) { fixture in
      try fixture.migrate(["R__v.sql": "CREATE VIEW v AS SELECT 1 AS a"])
      let broken = ["R__v.sql": "DROP VIEW v; SELECT nonsense"]
      #expect(try fixture.problem(broken).kind == .failed)
      #expect(try fixture.exists("v"))
      try fixture.migrate(["R__v.sql": "DROP VIEW v; CREATE VIEW v AS SELECT 2 AS a"])
      #expect(try fixture.value("SELECT a FROM v") == "2")
    }
  }

  @Test("A file that is gone is refused, until somebody says that what it made is gone too")
  func retired() throws {
    try withRunner(.v15) { fixture in
      try fixture.migrate(["0001_t.sql": Self.table, "R__v.sql": "CREATE VIEW v AS SELECT 1"])
      let rest = ["0001_t.sql": Self.table, "0002_u.sql": "DROP VIEW v"]
      let problem = try fixture.problem(rest)
      #expect(problem.code == "plan.missing-file")
      #expect(problem.hint?.contains("drydock repair R__v") == true)
      let version = try #require(Version("R__v"))
      try fixture.runner.hold { held in
        try held.retire(version, because: "a test")
        #expect(throws: Problem.self) { try held.retire(version, because: "again") }
      }
      try fixture.migrate(rest)
      #expect(try fixture.ledger() == "0001:applied 0002:applied R__v:undone")
    }
  }

  @Test("An undo takes back the last numbered patch, and a target must have a number")
  func undo() throws {
    try withRunner(.v15) { fixture in
      let folder = try PatchFolder([
        "0001_t.sql": Self.table, "0001_t.undo.sql": "DROP TABLE t", "R__v.sql": "SELECT 1",
      ])
      let directory = try folder.read()
      _ = try fixture.runner.migrate(directory)
      let name = try fixture.runner.hold { try $0.undo(directory).name }
      #expect(name == "0001_t")
      let problem = try fixture.problem(
        ["R__v.sql": "SELECT 2"],
        Plan.Request(target: Version("R__v"))
      )
      #expect(problem.code == "plan.repeatable-target")
    }
  }
}
