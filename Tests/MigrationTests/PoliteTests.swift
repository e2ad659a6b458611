import Foundation
import Migration
import Postgres
import Problems
import Synchronization
import TestSupport
import Testing

@Suite("A patch that is blocked gives up politely")
struct PoliteTests {
  private static let timeout = 500
  private static let clients = 4

  @Test("Nobody waits longer behind it than its lock timeout, and it ends as busy")
  func blocked() throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute("CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 100) g")
      // A transaction that reads the table and goes on: nothing that alters it can begin.
      let reader = try Connection.open(fixture.settings)
      try reader.execute("BEGIN; SELECT count(*) FROM t")
      let traffic = Traffic(fixture.settings, clients: Self.clients)
      let sampler = try Connection.open(fixture.settings)
      var runner = fixture.runner
      runner.options.locks.timeout = .milliseconds(Self.timeout)
      let directory = try PatchFolder(["0001_b.sql": "ALTER TABLE t ADD b int"]).read()
      let work = runner
      let result = Mutex<Problem?>(nil)
      let thread = Thread {
        do {
          _ = try work.migrate(directory)
        } catch {
          let problem = error as? Problem
          result.withLock { $0 = problem }
        }
      }
      thread.start()
      var longest = 0.0
      var waits = 0
      while !thread.isFinished {
        let seen = try sampler.query(Self.waiting, [])
        waits += seen.count
        longest = seen.compactMap { $0.double("waited") }.reduce(longest, max)
      }
      traffic.end()
      let problem = result.withLock { $0 }
      #expect(problem?.kind == .busy, "\(String(describing: problem))")
      #expect(waits > 0, "nobody was seen behind the patch: the test would show nothing")
      #expect(traffic.statements > 0)
      print("polite: \(waits) waits seen, the longest \(longest) s behind \(Self.timeout) ms")
      // The server ends the wait within its own tick; the rest is for a machine that is busy.
      #expect(longest <= Double(Self.timeout) / 1_000 + 1)
      try reader.execute("COMMIT")
      #expect(try fixture.runner.migrate(directory).map(\.name) == ["0001_b"])
    }
  }

  /// What the application waits for, on the server's own clock (pg_locks.waitstart).
  private static let waiting = """
    SELECT extract(epoch FROM clock_timestamp() - l.waitstart) AS waited
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE NOT l.granted AND a.application_name = 'traffic' AND a.datname = current_database()
      AND l.waitstart IS NOT NULL
    """
}
