import Foundation
import Postgres
import Snapshot
import TestSupport
import Testing

@testable import Backup

extension FireTests {
  /// What happens between listing, locking and reading is seen by number of rows: a full read in
  /// the same snapshot would miss the same rows.
  @Suite("Listing, locks and snapshot come in the right order")
  struct OrderTests {
    /// Takes a snapshot that has to wait for the lock of somebody who does something meanwhile.
    private func rows(
      of table: String,
      in scene: Scene,
      whileLocked change: String,
      whenOpen: @escaping @Sendable () throws -> Void = {}
    ) async throws -> Int? {
      let owner = try Connection.open(scene.settings)
      try owner.execute("BEGIN; LOCK TABLE t")
      async let shot = scene.snapshot({ $0.horizonWait = 0 }, whenOpen: whenOpen)
      try scene.wait(
        until: """
          EXISTS (SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'
            AND relation = 't'::regclass)
          """
      )
      try owner.execute(change)
      try owner.execute("COMMIT")
      return try await shot.manifest.tables.first { $0.name == table }?.rows
    }

    @Test(
      "A table that is rewritten while the locks are waited for",
      arguments: TestServer.allCases,
      [[], [.locksBeforeSnapshot, .listedAgain]] as [Set<Precaution>]
    )
    func rewrittenBeforeLock(server: TestServer, omitted: Set<Precaution>) async throws {
      let scene = try Scene(on: server, omitting: omitted)
      try scene.makeTable(1000)
      let found = try await rows(
        of: "t",
        in: scene,
        whileLocked: "ALTER TABLE t ALTER n TYPE int USING n + 0"
      )
      #expect(found == (omitted.isEmpty ? 1000 : 0))
    }

    @Test(
      "A table that is made after the listing and rewritten before it is read",
      arguments: TestServer.allCases,
      [[], [.listedAgain]] as [Set<Precaution>]
    )
    func madeAfterListing(server: TestServer, omitted: Set<Precaution>) async throws {
      let scene = try Scene(on: server, omitting: omitted)
      try scene.makeTable(10)
      let found = try await rows(
        of: "u",
        in: scene,
        whileLocked: "CREATE TABLE u AS SELECT a FROM generate_series(1, 1000) a",
        whenOpen: {
          // Refused where the backup has locked the table, as it should.
          try Connection.open(scene.settings).execute(
            "SET lock_timeout = '100ms'; ALTER TABLE u ALTER a TYPE int USING a + 0",
            expecting: ["55P03"]
          )
        }
      )
      #expect(found == (omitted.isEmpty ? 1000 : 0))
    }
  }
}
