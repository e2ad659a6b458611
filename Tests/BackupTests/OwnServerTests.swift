import Catalog
import Cluster
import Postgres
import Processes
import TestSupport
import Testing

@testable import Backup

/// What needs a server that nobody else writes to, or that may crash.
@Suite("Changed pages on a server of one's own", .serialized)
struct OwnServerTests {
  private static let setUp = """
    CREATE EXTENSION pageinspect;
    CREATE TABLE t (id int, pad text) WITH (autovacuum_enabled = off);
    INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 2000) g
    """

  @Test("The threshold is the horizon, not one record more", arguments: TestServer.allCases)
  func exactThreshold(server: TestServer) throws {
    let scratch = try ScratchServer.start(try server.options())
    let rig = try PageRig(scratch.settings())
    try rig.connection.execute(Self.setUp)
    // The first change after a checkpoint logs the whole page; the second is one small record.
    try rig.connection.execute("CHECKPOINT")
    try rig.connection.execute("DELETE FROM t WHERE id = 30")
    _ = try rig.claim()
    try rig.connection.execute("DELETE FROM t WHERE id = 32")
    let claim = try rig.claim()
    try rig.connection.execute("DELETE FROM t WHERE id = 31")
    // Both are asked before anybody reads the rows, since that prunes the page and moves its LSN.
    let late = try rig.answer(rig.headers(), since: claim, omitting: [.exactThreshold])
    let answer = try rig.answer(rig.headers(), since: claim)
    #expect(try rig.spliced(claim, answer) == rig.rows())
    #expect(try rig.spliced(claim, late) != rig.rows())
    try scratch.remove()
  }

  /// The postmaster survives, so that nothing but the log itself tells of the crash.
  @Test(
    "After the crash of one backend, a snapshot without a durable log is wrong",
    arguments: TestServer.allCases
  )
  func backendCrash(server: TestServer) throws {
    var options = try server.options()
    options.settings = [
      "fsync": "on", "wal_writer_delay": "10s", "bgwriter_delay": "10s", "autovacuum": "off",
    ]
    let scratch = try ScratchServer.start(options)
    #expect(try splicesRightAfterCrash(of: scratch, omitting: []))
    #expect(try !splicesRightAfterCrash(of: scratch, omitting: [.durability]))
    try scratch.remove()
  }

  /// Whether a child is right after a crash that set the log back behind its parent's snapshot.
  private func splicesRightAfterCrash(
    of scratch: ScratchServer,
    omitting omitted: Set<Precaution>
  ) throws -> Bool {
    for _ in 0..<10 {
      let rig = try PageRig(scratch.settings())
      try rig.connection.execute("DROP TABLE IF EXISTS t; DROP EXTENSION IF EXISTS pageinspect")
      try rig.connection.execute(Self.setUp)
      try rig.connection.execute("CHECKPOINT")
      try rig.connection.execute("SET synchronous_commit = off")
      try rig.connection.execute("UPDATE t SET pad = 'phantom' WHERE id <= 30")
      let claim = try rig.claim()
      let insert = try rig.insertPosition()
      _ = try Horizon.durability(on: rig.connection, snapshotInsert: insert, omitted: omitted)
      let start = try ServerFacts.read(rig.connection).serverStart
      try crashOneBackend(of: scratch, bystander: rig.connection)
      let after = try PageRig(scratch.settings())
      #expect(try ServerFacts.read(after.connection).serverStart == start)
      // By chance the log was flushed: then this crash lost nothing, and shows nothing.
      if omitted.contains(.durability), try after.insertPosition() >= claim.horizon { continue }
      while try after.insertPosition() <= insert {
        try after.connection.execute("UPDATE t SET pad = 'later' WHERE id = 1900")
      }
      return try after.spliced(claim, after.answer(after.headers(), since: claim)) == after.rows()
    }
    Issue.record("no crash set the log back")
    return true
  }

  private func crashOneBackend(of scratch: ScratchServer, bystander: Connection) throws {
    let victim = try Connection.open(scratch.settings())
    try Invocation("/bin/kill", ["-9", "\(victim.backendPID)"]).run().checked()
    // The server throws out everybody, recovers, and takes sessions again.
    Wait.asLongAs((try? bystander.execute("SELECT 1")) != nil)
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      if (try? Connection.open(scratch.settings())) != nil { return }
    }
    Issue.record("the server did not come back")
  }
}
