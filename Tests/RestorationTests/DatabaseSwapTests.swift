import Postgres
import Problems
import Repository
import Snapshot
import Synchronization
import TestSupport
import Testing

@testable import Restoration

@Suite("A whole database is replaced")
struct DatabaseSwapTests {
  @Test("the new copy is the snapshot's, the old one is kept whole", arguments: TestServer.either())
  func replaces(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      try stage.sql("SELECT lo_from_bytea(70007, 'content')")
      let definition = try stage.dump()
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7)")
      let result = try await stage.replaceDatabase(content)
      #expect(result.setAside == "\(stage.live)__dd_\(result.operation)_old")
      #expect(try stage.copies() == [result.setAside])
      #expect(try stage.count("shop.jobs") == 500)
      #expect(try stage.rows(try #require(result.setAside)) == 507)
      #expect(try stage.dump() == definition)
      #expect(try stage.sql("SELECT convert_from(lo_get(70007), 'UTF8')").value == "content")
      #expect(try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1) RETURNING id").int == 501)
      let found = try #require(try await DatabaseOperation.list(in: stage.settings).first)
      #expect(found.operation == result.operation && found.state == .swapped)
      #expect(found.name == result.setAside && found.database == stage.live)
      #expect((found.bytes ?? 0) > 0 && found.age < 60)
      #expect(found.snapshot == content.name.text)
      #expect(try stage.repository.records(kind: .restore) == ["\(result.operation)-swapped"])
    }
  }

  @Test(
    "what hangs on the name is as before, and so again after undo",
    arguments: TestServer.either()
  )
  func keepsProperties(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      let roles = try TestRoles(3, stage)
      let (owner, friend, guest) = (roles.names[0], roles.names[1], roles.names[2])
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.maintain(
        """
        ALTER DATABASE \(stage.live) OWNER TO \(owner);
        REVOKE CONNECT ON DATABASE \(stage.live) FROM PUBLIC;
        GRANT CONNECT, TEMPORARY ON DATABASE \(stage.live) TO \(friend) WITH GRANT OPTION;
        SET ROLE \(friend); GRANT CONNECT ON DATABASE \(stage.live) TO \(guest); RESET ROLE;
        ALTER DATABASE \(stage.live) CONNECTION LIMIT 37;
        ALTER DATABASE \(stage.live) SET search_path TO '$user', 'a "quoted", name', shop;
        ALTER DATABASE \(stage.live) SET shop.motto TO 'it''s, a \\ motto';
        ALTER DATABASE \(stage.live) SET work_mem TO '77MB';
        ALTER ROLE \(guest) IN DATABASE \(stage.live) SET statement_timeout TO '9s';
        COMMENT ON DATABASE \(stage.live) IS 'Orders of the shop'
        """
      )
      let before = try stage.properties()
      #expect(before.contains("a \\\"\\\"quoted") || before.contains("quoted"))
      let result = try await stage.replaceDatabase(content)
      #expect(try stage.properties() == before)
      #expect(try stage.comment().text == "Orders of the shop")
      #expect(try stage.comment().journals.map(\.copy) == [.live])
      func mayConnect(_ role: String, _ database: String) throws -> Bool {
        try stage.maintain("SELECT has_database_privilege('\(role)', '\(database)', 'CONNECT')")
          .bool
      }
      let old = try #require(result.setAside)
      #expect(try mayConnect(guest, stage.live) && mayConnect(friend, stage.live))
      #expect(try !mayConnect(guest, old) && !mayConnect(friend, old))
      // What was changed since stays with the name: nobody gets a right back that was taken.
      try stage.maintain("REVOKE CONNECT ON DATABASE \(stage.live) FROM \(friend) CASCADE")
      try stage.maintain("ALTER DATABASE \(stage.live) RESET work_mem")
      let changed = try stage.properties()
      #expect(changed != before)
      try await stage.undoDatabase()
      #expect(try stage.properties() == changed)
      #expect(try stage.comment() == Journaled("Orders of the shop"))
      try roles.drop()
    }
  }

  @Test(
    "twenty clients that reconnect in a loop are let in again, and see one state after the other",
    arguments: TestServer.either()
  )
  func outlastsPool(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      let roles = try TestRoles(1, stage)
      try stage.sql(shop)
      try stage.sql("GRANT USAGE ON SCHEMA shop TO PUBLIC; GRANT SELECT ON shop.jobs TO PUBLIC")
      try stage.maintain("REVOKE CONNECT ON DATABASE \(stage.live) FROM PUBLIC")
      try stage.maintain("GRANT CONNECT ON DATABASE \(stage.live) TO \(roles.names[0])")
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1)")
      let before = try stage.properties()
      let replacement = try stage.database(content)
      let token = try await replacement.plan().token
      let pool = Pool(stage.settings.with("user", roles.names[0]))
      let result = try await pool.run(20) {
        let result = try await replacement.run(token: token)
        // Everyone must have come in again: the swap is over, and the name is open.
        try await pool.waitForEveryone(seeing: 500)
        return result
      }
      #expect(try stage.properties() == before)
      #expect(pool.seen == [501, 500])
      let seconds = try #require(result.swapSeconds)
      print("\(server): names exchanged under 20 clients in \(seconds) s")
      try roles.drop()
    }
  }

  @Test(
    "an ordinary role with CREATEDB can do it; a superuser's session it cannot end, and then waits",
    arguments: TestServer.either()
  )
  func ordinaryRole(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      let roles = try TestRoles(1, stage, "LOGIN CREATEDB")
      let role = roles.names[0]
      let mine = Stage.asUser(stage, role)
      try stage.maintain("ALTER DATABASE \(stage.live) OWNER TO \(role)")
      try mine.sql(shop)
      let content = try await mine.snapshot()
      try mine.sql("INSERT INTO shop.jobs (customer) VALUES (1)")
      let replacement = try stage.database(content, user: role) { $0.lockTimeout = 1000 }
      let token = try await replacement.plan().token
      var visitor: Connection? = try Connection.open(stage.settings)
      let problem = try await refusal { _ = try await replacement.run(token: token) }
      #expect(problem.code == "restore.sessions" && problem.kind == .busy)
      #expect(try visitor?.execute("SELECT 1").int == 1)
      #expect(try mine.count("shop.jobs") == 501)
      let waiting = try await mine.databaseOperation()
      #expect(waiting.found.state == .proven)
      let again = try await refusal { _ = try await replacement.run(token: token) }
      #expect(again.code == "restore.already-begun")
      visitor = nil
      let result = try await mine.databaseOperation().resume()
      #expect(result.state == .swapped)
      #expect(try mine.count("shop.jobs") == 500)
      #expect(try await mine.databaseOperation().resume().state == .swapped)
      try await mine.undoDatabase()
      #expect(try mine.count("shop.jobs") == 501)
      try roles.drop()
    }
  }
}

/// Clients that connect, ask, and connect again, as a pool does whose connections were ended.
final class Pool: Sendable {
  private struct Seen {
    var counts: [Int] = []
    var latest: [Int: Int] = [:]
    var isStopped = false
  }

  private let settings: ConnectionSettings
  private let state = Mutex(Seen())

  init(_ settings: ConnectionSettings) { self.settings = settings }

  /// The different counts of rows that were seen, in their order.
  var seen: [Int] { state.withLock { $0.counts } }

  func run<Value: Sendable>(_ clients: Int, during body: () async throws -> Value) async throws
    -> Value
  {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 1...clients {
        group.addTask { try await Lane("client").run { self.ask(client) } }
      }
      defer { state.withLock { $0.isStopped = true } }
      while state.withLock({ $0.latest.count < clients }) { await Task.yield() }
      let value = try await body()
      state.withLock { $0.isStopped = true }
      try await group.waitForAll()
      return value
    }
  }

  func waitForEveryone(seeing count: Int) async throws {
    state.withLock { $0.latest = $0.latest.filter { $0.value == count } }
    while state.withLock({ seen in
      !seen.latest.allSatisfy { $0.value == count } || seen.latest.count < 20
    }) {
      await Task.yield()
    }
  }

  private func ask(_ client: Int) {
    while !state.withLock({ $0.isStopped }) {
      // Being ended, or refused for a moment, is what this client is there for.
      guard let connection = try? Connection.open(settings) else { continue }
      while !state.withLock({ $0.isStopped }),
        let count = try? connection.execute("SELECT count(*) FROM shop.jobs").int
      {
        state.withLock { seen in
          seen.latest[client] = count
          if !seen.counts.contains(count) { seen.counts.append(count) }
        }
      }
    }
  }
}
