import Postgres
import TestSupport
import Testing

@Suite("A session awaits a connection on its own lane")
struct SessionTests {
  @Test("Cancelling the task cancels the statement, and the connection lives on")
  func cancellation() async throws {
    try await withDatabase(on: .v15) { database in
      let session = try await Session.open(database)
      let started = ContinuousClock.now
      let sleeper = Task { try await session.run { _ = try $0.execute("SELECT pg_sleep(60)") } }
      let watcher = try await Session.open(database)
      try await watcher.run { connection in
        let asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        while try connection.execute(asleep).int == 0 {}
      }
      sleeper.cancel()
      let result = await sleeper.result
      let error = #expect(throws: PostgresError.self) { try result.get() }
      #expect(error?.isCancelled == true)
      #expect(ContinuousClock.now - started < .seconds(30))
      let answer = try await session.run { try $0.execute("SELECT 1").int }
      #expect(answer == 1)
    }
  }

  @Test("Blocking calls of several sessions do not wait for each other")
  func lanes() async throws {
    try await withDatabase(on: .v15) { database in
      let started = ContinuousClock.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let session = try await Session.open(database)
            try await session.run { _ = try $0.execute("SELECT pg_sleep(2)") }
          }
        }
        try await group.waitForAll()
      }
      // One after another would take 16 s.
      #expect(ContinuousClock.now - started < .seconds(12))
    }
  }

  @Test("A closed session says so")
  func closed() async throws {
    try await withDatabase(on: .v15) { database in
      let session = try await Session.open(database)
      await session.close()
      await #expect(throws: PostgresError.self) { try await session.run { _ in } }
    }
  }
}
