import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

@Suite("The session that ends others while names are exchanged")
struct DatabaseEvictionTests {
  @Test("is not waited for when there is nothing left to end", .timeLimit(.minutes(1)))
  func ends() async throws {
    try await withDatabase(on: .v15) { settings in
      let session = try await Session.open(settings)
      // Nobody takes the lock that it looks for.
      let eviction = DatabaseEviction(oids: [1], renamer: 0, patience: 3_600_000)
      let evicting = Task { await eviction.run(session) }
      evicting.cancel()
      let error = await evicting.value
      #expect(error?.message == nil)
      await session.close()
    }
  }

  @Test("is not waited for when the exchange was over before it looked", .timeLimit(.minutes(1)))
  func isOver() async throws {
    try await withDatabase(on: .v15) { settings in
      let keeper = try await Session.open(settings)
      var options = DatabaseReplacementOptions()
      options.lockTimeout = 3_600_000
      let pair = DatabaseSwap.Pair(
        database: "nobody_has_this_name",
        liveOid: 1,
        aside: "nobody_aside",
        copy: "nobody_copy",
        copyOid: 2
      )
      let journal = DatabaseJournal(
        operation: "aaaaaaaa",
        state: .swapped,
        copy: .old,
        database: pair.database,
        setAside: pair.aside,
        snapshot: "none",
        without: 0,
        essence: "",
        at: "2026-01-01T00:00:00Z",
        by: "nobody"
      )
      let problem = await #expect(throws: Problem.self) {
        _ = try await DatabaseSwap(pair: pair, journal: journal).run(on: keeper, settings, options)
      }
      #expect(problem?.code == "postgres.3D000")
      await keeper.close()
    }
  }

  @Test("is freed from what the maintenance database sets for its sessions")
  func settings() async throws {
    try await withOwnServer(.v15, [:]) { own in
      try own.sql(
        """
        ALTER DATABASE postgres SET statement_timeout = '1min';
        ALTER DATABASE postgres SET search_path = evil, pg_catalog
        """
      )
      let session = try await MaintenanceSession.connect(own.settings, own.databaseOptions())
      let found = try await session.run { connection in
        try ["statement_timeout", "search_path"].map { try connection.execute("SHOW \($0)").value }
      }
      #expect(found == ["0", "\"\""])
      await session.close()
    }
  }
}
