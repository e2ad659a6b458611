import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("The plan refuses what does not fit the ledger")
struct PlanTests {
  @Test("A file that was edited after it was applied is refused", arguments: TestServer.allCases)
  func edited(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["1_a.sql": "SELECT 1;\n"])
      #expect(try fixture.migrate(["1_a.sql": "\u{FEFF}SELECT 1;\r\n"]).isEmpty)
      let problem = try fixture.problem(["1_a.sql": "SELECT 2;\n", "2_b.sql": "CREATE TABLE t ()"])
      #expect(problem.kind == .refused)
      #expect(problem.code == "plan.edited")
      #expect(problem.summary == "1_a.sql was edited after it was applied")
      #expect(try !fixture.exists("t"))
    }
  }

  @Test("An edit is accepted by a repair, which the ledger keeps", arguments: TestServer.allCases)
  func repaired(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["1_a.sql": "SELECT 1"])
      let directory = try PatchFolder(["1_a.sql": "SELECT 2"]).read()
      try fixture.runner.hold { held in
        try held.repair(directory.patches[0], because: "a comment was corrected")
      }
      #expect(try fixture.migrate(["1_a.sql": "SELECT 2"]).isEmpty)
      #expect(try fixture.ledger() == "1:repaired")
      #expect(
        try fixture.value("SELECT reason FROM drydock.events WHERE kind = 'repaired'")
          == "a comment was corrected"
      )
    }
  }

  @Test("A baseline declares patches applied without running them", arguments: TestServer.allCases)
  func baseline(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = ["1_a.sql": "CREATE TABLE t (a int)", "2_b.sql": "CREATE TABLE u (a int)"]
      let directory = try PatchFolder(files).read()
      try fixture.runner.hold { held in
        try held.baseline([directory.patches[0]], because: "it was there")
      }
      try fixture.migrate(files)
      #expect(try fixture.ledger() == "1:baseline 2:applied")
      #expect(try !fixture.exists("t") && fixture.exists("u"))
    }
  }

  @Test("A patch whose file is gone is refused by name", arguments: TestServer.allCases)
  func missing(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["1_a.sql": "SELECT 1", "2_b.sql": "SELECT 2"])
      let problem = try fixture.problem(["2_b.sql": "SELECT 2"])
      #expect(problem.code == "plan.missing-file")
      #expect(problem.summary.contains("1_a"))
    }
  }

  @Test(
    "A patch out of order is refused, and runs when it is allowed",
    arguments: TestServer.allCases
  )
  func outOfOrder(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["2_b.sql": "SELECT 2"])
      let files = ["1_a.sql": "SELECT 1", "2_b.sql": "SELECT 2", "3_c.sql": "SELECT 3"]
      #expect(try fixture.problem(files).code == "plan.out-of-order")
      #expect(try fixture.ledger() == "2:applied")
      let outcomes = try fixture.migrate(files, Plan.Request(allowsOutOfOrder: true))
      #expect(outcomes.map(\.name) == ["1_a", "3_c"])
    }
  }

  @Test("A requirement must be applied, or come before", arguments: TestServer.allCases)
  func requirements(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let late = ["1_a.sql": "-- drydock: requires 2\nSELECT 1", "2_b.sql": "SELECT 2"]
      let problem = try fixture.problem(late)
      #expect(problem.code == "plan.requirement")
      let early = ["1_a.sql": "SELECT 1", "2_b.sql": "-- drydock: requires 1\nSELECT 2"]
      #expect(try fixture.migrate(early).count == 2)
    }
  }

  @Test("Everything that forbids a run is listed at once", arguments: TestServer.allCases)
  func several(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      try fixture.migrate(["1_a.sql": "SELECT 1", "3_c.sql": "SELECT 3"])
      let problem = try fixture.problem(["1_a.sql": "SELECT 9", "2_b.sql": "SELECT 2"])
      #expect(
        problem.facts.map(\.name) == ["plan.edited", "plan.out-of-order", "plan.missing-file"]
      )
    }
  }

  @Test("The last applied patch is taken back by its undo file", arguments: TestServer.allCases)
  func undo(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      let files = [
        "1_a.sql": "CREATE TABLE t (a int)", "1_a.undo.sql": "DROP TABLE t", "2_b.sql": "SELECT 1",
      ]
      let directory = try PatchFolder(files).read()
      try fixture.migrate(files)
      let refused = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in _ = try held.undo(directory) }
      }
      #expect(refused?.code == "undo.no-file")
      try fixture.runner.hold { held in _ = try held.undo(directory, Version("1")) }
      #expect(try fixture.ledger() == "1:undone 2:applied")
      #expect(try !fixture.exists("t"))
      let twice = #expect(throws: Problem.self) {
        try fixture.runner.hold { held in _ = try held.undo(directory, Version("1")) }
      }
      #expect(twice?.code == "undo.not-applied")
      try fixture.migrate(files, Plan.Request(allowsOutOfOrder: true))
      #expect(try fixture.ledger() == "1:applied 2:applied")
      #expect(try fixture.value("SELECT count(*) FROM drydock.events") == "4")
    }
  }
}
