import Postgres
import Processes
import TestSupport
import Testing

@Suite("Many migrations at once")
struct ManyRunnersTests {
  @Test("Of 20 runners each patch is applied by one; the others wait, or leave with code 6")
  func twenty() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      try Connection.open(database).execute("CREATE TABLE t AS SELECT 0 AS n")
      for number in 1...5 {
        try user.write(patch: "000\(number)_add.sql", "UPDATE t SET n = n + 1;\n")
      }
      try user.write(
        patch: "0006_steps.sql",
        "-- drydock: no-transaction\nUPDATE t SET n = n + 1;\n"
          + "CREATE INDEX CONCURRENTLY i ON t (n);\nUPDATE t SET n = n + 1;\n"
      )
      let command = [
        "migrate", "--database", database.argument, "--without-receipt", "--because", "a test",
      ]
      let endings = try Self.together(20, user.invocation(command))
      print("20 runners: \(endings.filter { $0 == .exited(0) }.count) done, the rest left with 6")
      #expect(endings.allSatisfy { $0 == .exited(0) || $0 == .exited(6) }, "\(endings)")
      #expect(endings.contains(.exited(0)))
      let state = """
        SELECT (SELECT n FROM t) || ' of 7, ' || count(*) || ' events, ' || count(DISTINCT position)
          || ' positions' FROM drydock.events
        """
      #expect(
        try Connection.open(database).query(state, []).value == "7 of 7, 6 events, 6 positions"
      )
    }
  }

  /// Starts as many at once, and waits for all of them.
  private static func together(
    _ count: Int,
    _ invocation: Invocation
  ) throws -> [Processes.ExitStatus?] {
    var runs: [Child] = []
    for _ in 0..<count { runs.append(try invocation.start()) }
    var endings: [Processes.ExitStatus?] = []
    for run in runs { endings.append(try run.wait()) }
    return endings
  }
}
