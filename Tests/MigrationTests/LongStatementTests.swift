import Foundation
import Migration
import Postgres
import Synchronization
import TestSupport
import Testing

@Suite("How far a long statement has come is seen from a second session")
struct LongStatementTests {
  @Test("An index that is being built", arguments: TestServer.allCases)
  func index(_ server: TestServer) throws {
    try withRunner(server) { fixture in
      // The build waits in the function until the report has been seen: no time is involved.
      try fixture.eye.execute(
        """
        CREATE TABLE t AS SELECT 1 AS a;
        CREATE FUNCTION wait(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
          BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN a; END $$;
        """
      )
      let blocker = try Connection.open(fixture.settings)
      try blocker.execute("SELECT pg_advisory_lock(4711)")
      let seen = Mutex<[LongStatement]>([])
      let (settings, holder) = (fixture.settings, blocker.backendPID)
      let observer = LongStatementObserver(beside: nil, fixture.settings, delay: 0.01) { one in
        let isFirst = seen.withLock { list in
          list.append(one)
          return list.count == 1
        }
        if isFirst {
          _ = try? Connection.open(settings).execute("SELECT pg_terminate_backend(\(holder))")
        }
      }
      try fixture.migrate(
        ["0001_i.sql": "-- drydock: lock-timeout 60s\nCREATE INDEX i ON t (wait(a))"],
        observer: observer
      )
      let first = try #require(seen.withLock { $0.first })
      #expect(first.phase.hasPrefix("CREATE INDEX: "), "\(first)")
    }
  }
}
