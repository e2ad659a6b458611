import Foundation
import Postgres
import Processes
import TestSupport
import Testing

@Suite("A patch that gets its lock at last is as polite as its receipt says")
struct PoliteMigrationTests {
  private static let timeout = 0.5

  /// It holds its lock for as long here as on production: most of that is sleep.
  private static let patch = """
    -- drydock: lock-timeout 500ms
    -- drydock: allow table-rewrite because the application can wait
    -- drydock: allow type-change because the application reads both
    -- drydock: allow scan-under-lock because the table is small
    ALTER TABLE t ALTER COLUMN a TYPE bigint;
    SELECT pg_sleep(1);

    """

  @Test("Nobody waits longer than the lock timeout and the receipt's hold time together")
  func holds() throws {
    try withDatabase(on: .v15) { database in
      let user = try Drydock(on: .v15)
      let eye = try Connection.open(database)
      try eye.execute("CREATE TABLE t AS SELECT g AS a FROM generate_series(1, 50000) g; ANALYZE t")
      try user.backup(database)
      try user.write(patch: "0001_wider.sql", Self.patch)
      let gate = try user.run(["gate", "--database", database.argument, "--json"]).require(0)
      let hold = try receiptHold(user, gate)
      #expect(hold >= 1, "the rehearsal slept under the lock")
      let reader = try Connection.open(database)
      try reader.execute("BEGIN; SELECT count(*) FROM t")
      let traffic = Traffic(database, clients: 4)
      let log = try #require(FileHandle(forWritingAtPath: "/dev/null"))
      let child = try user.invocation(["migrate", "--database", database.argument])
        .start(log: log.fileDescriptor)
      var waits = Waits()
      while child.status == nil {
        waits.add(try eye.query(Waits.query, [.text(Traffic.application)]))
        // The third attempt finds the table free, or the fourth: whichever the release reaches.
        if waits.attempts.count == 3, reader.isInTransaction { try reader.execute("COMMIT") }
      }
      traffic.end()
      #expect(child.status == .exited(0))
      #expect(traffic.statements > 0)
      #expect(waits.attempts.count >= 3)
      print(
        "polite: \(waits.attempts.count) attempts; others waited \(waits.behindWaiting) s at most"
          + " while it waited, \(waits.behindHolding) s once it held; the receipt says \(hold) s"
      )
      #expect(waits.behindWaiting > 0 && waits.behindHolding > 0, "nobody was seen behind it")
      // The last second is for a machine that is busy; without a lock timeout the reader's whole
      // transaction would be in the first figure, and in the second with it.
      #expect(waits.behindWaiting <= Self.timeout + 1)
      #expect(waits.behindHolding <= Self.timeout + hold + 1)
    }
  }

  /// The longest that the receipt says others are locked out of the table.
  private func receiptHold(_ user: Drydock, _ gate: Run) throws -> Double {
    struct Outcome: Decodable { var receipt: String }
    let id = try gate.result(Outcome.self).receipt
    let shown = try user.run(["receipts", "show", id]).require(0)
    let line = shown.output.split(separator: "\n").first { $0.contains("public.t ") }
    let words = try #require(line, "\(shown)").split(separator: " ")
    #expect(words.last == "s", "\(words)")
    return try #require(Double(words[words.count - 2]))
  }
}

/// What was seen of who waits, on the server's own clock (pg_locks.waitstart).
private struct Waits {
  /// When each attempt of the patch began to wait.
  var attempts: Set<String> = []
  /// The longest wait of the application while the patch waited itself, in seconds.
  var behindWaiting = 0.0
  /// And while it had the table.
  var behindHolding = 0.0

  /// One row for each session that waits: whose it is, since when, whether the patch waits too.
  static let query = """
    SELECT a.application_name = $1 AS is_traffic, l.waitstart::text AS began,
      extract(epoch FROM clock_timestamp() - l.waitstart) AS waited,
      EXISTS (SELECT FROM pg_locks AS p WHERE NOT p.granted AND p.relation = 't'::regclass
        AND p.mode = 'AccessExclusiveLock') AS is_awaited
    FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
    WHERE NOT l.granted AND l.waitstart IS NOT NULL AND l.relation = 't'::regclass
    """

  mutating func add(_ rows: Rows) {
    for row in rows {
      guard row.bool("is_traffic") else {
        attempts.insert(row.string("began"))
        continue
      }
      let waited = row.double("waited") ?? 0
      if row.bool("is_awaited") {
        behindWaiting = max(behindWaiting, waited)
      } else {
        behindHolding = max(behindHolding, waited)
      }
    }
  }
}
