import Catalog
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite("One instant of a database")
struct ConsistentReadTests {
  @Test(
    "A table that is rewritten while the locks are awaited is seen with its rows",
    arguments: TestServer.allCases
  )
  func rewrite(server: TestServer) async throws {
    #expect(try await rowsSeen(on: server, omitting: []) == 1000)
    #expect(try await rowsSeen(on: server, omitting: [.locksBeforeSnapshot]) == 0)
  }

  /// How many of 1,000 rows an instant shows when a rewrite commits as soon as it waits for locks.
  private func rowsSeen(
    on server: TestServer,
    omitting omitted: Set<Precaution>
  ) async throws -> Int? {
    try await withDatabase(on: server) { settings in
      try Connection.open(settings).execute(
        "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 1000)"
      )
      async let rewriter: Void = Lane("rewriter").run { try rewriteUnderEyes(settings) }
      async let rows = Lane("holder").run {
        let observer = try Connection.open(settings)
        try wait(observer, until: "granted AND mode = 'AccessExclusiveLock'")
        let holder = try Connection.open(settings)
        _ = try ConsistentRead.open(
          on: holder,
          observer: observer,
          lockTimeout: 60_000,
          omitted: omitted
        )
        return try holder.execute("SELECT count(*) FROM public.t").int
      }
      let seen = try await rows
      try await rewriter
      return seen
    }
  }
}

/// Rewrites the table, and commits once somebody waits for it.
private func rewriteUnderEyes(_ settings: ConnectionSettings) throws {
  let writer = try Connection.open(settings)
  try writer.execute("BEGIN; ALTER TABLE t ALTER a TYPE bigint")
  try wait(try Connection.open(settings), until: "NOT granted")
  try writer.execute("COMMIT")
}

/// Asks until a lock on the table is in a state.
private func wait(_ connection: Connection, until state: String) throws {
  let query = """
    SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND relation = to_regclass('public.t') AND \(state)
    """
  try Wait.asLongAs(connection.execute(query).int == 0)
}
