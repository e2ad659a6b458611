import Catalog
import Cluster
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite("The horizon of a snapshot")
struct HorizonTests {
  private static let setUp = """
    CREATE EXTENSION pageinspect;
    CREATE TABLE t (id int, pad text) WITH (autovacuum_enabled = off);
    INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 500) g
    """

  @Test("A transaction that writes keeps it back and is named", arguments: TestServer.allCases)
  func blocker(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute(Self.setUp)
      let writer = try Connection.open(settings)
      try writer.execute("BEGIN; SAVEPOINT a; UPDATE t SET id = -1 WHERE id = 1")
      let horizon = try Horizon.establish(on: rig.connection, wait: 0.1)
      #expect(horizon.lsn == nil)
      #expect(
        horizon.blockers.contains { $0.process == writer.backendPID && $0.user == "postgres" }
      )
      #expect(horizon.notice?.contains("process \(writer.backendPID) (postgres, for ") == true)
    }
  }

  @Test("A prepared transaction keeps it back and is named", arguments: [TestServer.v15])
  func prepared(server: TestServer) throws {
    var options = try server.options()
    options.settings["max_prepared_transactions"] = "4"
    let scratch = try ScratchServer.start(options)
    let connection = try Connection.open(scratch.settings())
    try connection.execute("CREATE TABLE t (a int)")
    try connection.execute("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'the one'")
    let horizon = try Horizon.establish(on: connection, wait: 0.1)
    #expect(horizon.lsn == nil)
    #expect(horizon.blockers.map(\.prepared) == ["the one"])
    #expect(horizon.notice?.contains("prepared transaction the one (postgres, for 0 s)") == true)
    try connection.execute("COMMIT PREPARED 'the one'")
    #expect(try Horizon.establish(on: connection, wait: 0.1).lsn != nil)
    try scratch.remove()
  }

  @Test("Without the wait, what commits in between is lost", arguments: TestServer.allCases)
  func wait(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute(Self.setUp)
      let writer = try Connection.open(settings)
      try writer.execute("BEGIN; UPDATE t SET id = -1 WHERE id = 1")
      let hasty = try Horizon.establish(
        on: rig.connection,
        wait: 10,
        omitted: [.waitForTransactions]
      )
      let early = try #require(hasty.lsn)
      let claim = PageRig.Claim(horizon: early, rows: try rig.rows(), pages: try rig.pages())
      try writer.execute("COMMIT")
      let answer = try rig.answer(rig.headers(), since: claim)
      #expect(try rig.spliced(claim, answer) != rig.rows())
    }
  }

  @Test("Who only reads, or begins later, does not keep it back", arguments: TestServer.allCases)
  func readers(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let observer = try Connection.open(settings)
      try observer.execute(Self.setUp)
      let reader = try Connection.open(settings)
      try reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM t")
      let horizon = try Horizon.establish(on: observer, wait: 20)
      #expect(horizon.lsn != nil)
      #expect(horizon.notice == nil)
    }
  }

  @Test(
    "The log is durable up to the snapshot once a message is committed",
    arguments: TestServer.allCases
  )
  func durability(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute("SET synchronous_commit = off; CREATE TABLE t (a int)")
      let insert = try rig.insertPosition()
      #expect(try Horizon.durability(on: rig.connection, snapshotInsert: insert) == .proven)
      let later = LSN(position: insert.position + 1 << 30)
      guard
        case .unproven = try Horizon.durability(on: rig.connection, snapshotInsert: later)
      else {
        Issue.record("a log position that was never written counts as flushed")
        return
      }
    }
  }

  @Test(
    "A role that may not write proves nothing, and fails nothing",
    arguments: TestServer.allCases
  )
  func readOnly(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      // Asked to write, a session may; only a standby cannot.
      try rig.connection.execute("SET default_transaction_read_only = on")
      let insert = try rig.insertPosition()
      #expect(try Horizon.durability(on: rig.connection, snapshotInsert: insert) == .proven)
    }
  }
}
