import Dispatch
import Postgres
import TestSupport
import Testing

@Suite("A session awaits a connection on its own lane")
struct SessionTests {
  @Test("Cancelling the task cancels the statement, and the connection lives on")
  func cancellation() async throws {
    try await withDatabase(on: .v15) { database in
      let session = try await Session.open(database)
      let sleeper = Task { try await session.run { _ = try $0.execute("SELECT pg_sleep(3600)") } }
      let watcher = try await Session.open(database)
      try await watcher.run { connection in
        let asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        try Wait.asLongAs(connection.execute(asleep).int == 0)
      }
      sleeper.cancel()
      let result = await sleeper.result
      let error = #expect(throws: PostgresError.self) { try result.get() }
      #expect(error?.isCancelled == true)
      let answer = try await session.run { try $0.execute("SELECT 1").int }
      #expect(answer == 1)
    }
  }

  @Test("A task that is cancelled between two statements ends the next one")
  func cancellationBetween() async throws {
    try await withDatabase(on: .v15) { database in
      let session = try await Session.open(database)
      let isBetween = DispatchSemaphore(value: 0)
      let isCancelled = DispatchSemaphore(value: 0)
      let worker = Task {
        try await session.run { connection in
          try connection.execute("SELECT 1")
          isBetween.signal()
          isCancelled.wait()
          // The server has forgotten the request by now.
          try connection.execute("SELECT pg_sleep(30)")
        }
      }
      try await Lane("test.cancellation").run {
        isBetween.wait()
        worker.cancel()
        isCancelled.signal()
      }
      let result = await worker.result
      let error = #expect(throws: PostgresError.self) { try result.get() }
      #expect(error?.isCancelled == true)
      let answer = try await session.run { try $0.execute("SELECT count(pg_sleep(0.3))").int }
      #expect(answer == 1, "it is not asked again for what comes later")
    }
  }

  @Test("A request to cancel that no server takes is not waited for without an end")
  func silentServer() throws {
    let server = try OwnServer(on: .v15)
    let connection = try Connection.open(server.settings())
    let canceller = connection.canceller
    let isBack = DispatchSemaphore(value: 0)
    server.whileSilent {
      DispatchQueue(label: "test.cancel").async {
        canceller.cancel()
        isBack.signal()
      }
      // Far longer than it may take: without a limit it would be for ever.
      #expect(isBack.wait(timeout: .now() + 120) == .success)
    }
  }

  @Test("Sessions that block leave the others running", .timeLimit(.minutes(5)))
  func lanes() async throws {
    try await withDatabase(on: .v15) { database in
      let holder = try await Session.open(database)
      try await holder.run { _ = try $0.execute("SELECT pg_advisory_lock(1)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        // Eight block at the same time, more than there are cores. Did they share the pool's
        // threads, the one that frees them could never run.
        for _ in 0..<8 {
          group.addTask {
            let session = try await Session.open(database)
            try await session.run { _ = try $0.execute("SELECT pg_advisory_lock_shared(1)") }
          }
        }
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        let watcher = try await Session.open(database)
        try await watcher.run { try Wait.asLongAs($0.execute(waiting).int != 8) }
        try await holder.run { _ = try $0.execute("SELECT pg_advisory_unlock(1)") }
        try await group.waitForAll()
      }
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
