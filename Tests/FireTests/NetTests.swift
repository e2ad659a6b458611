import ObjectStore
import Postgres
import Repository
import Snapshot
import Synchronization
import TestSupport
import Testing

@testable import Backup

extension FireTests {
  @Suite("What did not change is not read, and what went wrong is found")
  struct NetTests {
    @Test("A second snapshot of a database at rest reads no row", arguments: TestServer.allCases)
    func atRest(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable()
      let first = try await scene.snapshot()
      let second = try await scene.snapshot()
      #expect(first.manifest.totals.bytesRead > 0)
      #expect(second.manifest.totals.bytesRead == 0)
      #expect(second.manifest.tables.map(\.reading.way) == [.unchanged])
      #expect(second.manifest.tables.map(\.segments) == first.manifest.tables.map(\.segments))
      #expect(second.differences.isEmpty)
    }

    @Test("Only the pages of changed rows are read", arguments: TestServer.allCases)
    func fewPages(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable()
      let first = try await scene.snapshot()
      try scene.sql("UPDATE t SET n = 1 WHERE id IN (7, 1500)")
      let second = try await scene.snapshot()
      #expect(second.reading(of: "t")?.way == .changedPages)
      #expect(second.manifest.totals.bytesRead * 10 < first.manifest.totals.bytesRead)
      #expect(second.differences.isEmpty)
    }

    @Test("Pages that a vacuum gave back are gone", arguments: TestServer.allCases)
    func givenBack(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable()
      try await scene.snapshot()
      // In the middle of a stripe, whose other pages have not changed.
      try scene.sql("DELETE FROM t WHERE ctid >= '(20,0)'", "VACUUM t")
      let second = try await scene.snapshot()
      #expect(second.manifest.totals.bytesRead == 0)
      #expect(second.manifest.tables.map(\.pages) == [20])
      #expect(second.differences.isEmpty)
    }

    @Test("A full read finds a page that was passed over wrongly", arguments: TestServer.allCases)
    func alarm(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable()
      let writer = try Connection.open(scene.settings)
      try writer.execute("BEGIN; UPDATE t SET n = 1 WHERE id = 7")
      try await scene.snapshot { $0.omitted = [.waitForTransactions] }
      try writer.execute("COMMIT")
      let full = try await scene.snapshot { $0.isFullRead = true }
      // Only now: reading the table would tidy up its first page and lift its LSN.
      let last = try #require(try scene.pages(ofRow: "id = 7").first)
      #expect(full.result.alarms == [BackupRun.Alarm(table: "public.t", pages: [0, last])])
      #expect(full.differences.count == full.result.alarms.count, "the full read itself is right")
    }

    @Test("A full read of a true parent raises no alarm", arguments: TestServer.allCases)
    func noAlarm(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable()
      try await scene.snapshot()
      try scene.sql("UPDATE t SET n = 1 WHERE id < 100", "DELETE FROM t WHERE id > 2000")
      let full = try await scene.snapshot { $0.isFullRead = true }
      #expect(full.reading(of: "t")?.way == .whole)
      #expect(full.differences.isEmpty)
    }

    @Test(
      "Tables that others make meanwhile are no reason to begin again",
      arguments: TestServer.allCases
    )
    func newTables(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable(100)
      let attempts = Atomic(0)
      try await scene.snapshot(whenOpen: {
        attempts.add(1, ordering: .relaxed)
        try scene.sql(
          "CREATE TABLE u (a int)",
          "CREATE TEMP TABLE v (a int); CREATE VIEW w AS SELECT 1"
        )
      })
      #expect(attempts.load(ordering: .relaxed) == 1)
    }

    @Test("A parent whose chunks are gone is replaced, and said so", arguments: TestServer.allCases)
    func lostParent(server: TestServer) async throws {
      let scene = try Scene(on: server)
      try scene.makeTable()
      try await scene.snapshot()
      for pack in try scene.store.list("packs") { try scene.store.delete(pack.name) }
      try scene.sql("UPDATE t SET n = 1 WHERE id = 7")
      let second = try await scene.snapshot()
      #expect(!second.result.warnings.isEmpty)
      #expect(second.differences.isEmpty)
    }
  }
}

extension Scene {
  /// The pages on which rows of `t` lie now.
  fileprivate func pages(ofRow condition: String) throws -> [Int] {
    try Connection.open(settings).execute(
      "SELECT DISTINCT (ctid::text::point)[0]::int AS page FROM t WHERE \(condition)"
    ).map { $0.int("page") }
  }
}
