import Foundation
import Postgres
import Problems
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("Others while a copy is built beside the live schema")
struct BesideLockTests {
  /// A session that holds a flip open until it is told to end it.
  private struct Flip {
    let connection: Connection

    init(_ stage: Stage) throws {
      try stage.sql("CREATE SCHEMA shop_copy")
      connection = try Connection.open(stage.settings)
      try connection.execute(
        """
        BEGIN; ALTER SCHEMA shop RENAME TO shop_aside; ALTER SCHEMA shop_copy RENAME TO shop;
        ALTER SCHEMA shop RENAME TO shop_copy; ALTER SCHEMA shop_aside RENAME TO shop
        """
      )
    }
  }

  @Test(
    "readers and writers do not wait for a flip; creating a table does where renaming locks a schema",
    arguments: TestServer.either()
  )
  func letsOthersWork(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let flip = try Flip(stage)
      let other = try Connection.open(stage.settings)
      // With no time to wait at all, whatever needs a lock that is taken fails.
      try other.execute("SET lock_timeout = 1")
      #expect(try other.execute("SELECT count(*) FROM shop.jobs").int == 500)
      try other.execute("INSERT INTO shop.customers VALUES (77, 'meanwhile')")
      try other.execute("UPDATE shop.jobs SET note = 'x' WHERE id = 1")
      let isMade = try other.execute("CREATE TABLE shop.mine (id int)", expecting: ["55P03"])
      try flip.connection.execute("COMMIT")
      #expect(isMade == (try !stage.locksRenamedSchemas()))
      #expect(try other.execute("SELECT count(*) FROM shop.customers").int == 21)
      if !isMade { try other.execute("CREATE TABLE shop.mine (id int)") }
      #expect(try other.execute("SELECT to_regclass('shop.mine') IS NOT NULL").bool)
    }
  }

  @Test(
    "a flip waits for one who creates a table only for a finite time",
    arguments: TestServer.either()
  )
  func waitsFinitely(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let replacement = try stage.beside(content) { $0.lockTimeout = 200 }
      let plan = try await replacement.plan()
      let other = try Connection.open(stage.settings)
      try other.execute("BEGIN; CREATE TABLE shop.mine (id int)")
      guard try stage.locksRenamedSchemas() else {
        // Such a server lets them pass each other.
        _ = try await replacement.run(token: plan.token)
        return
      }
      let problem = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(problem.kind == .busy)
      #expect(problem.isRetryable)
      #expect(
        problem.facts.contains { $0.name == "state" && $0.value.contains("nothing was changed") }
      )
      try other.execute("ROLLBACK")
      #expect(try stage.schemas() == ["shop"])
      _ = try await replacement.run(token: plan.token)
    }
  }

  @Test(
    "an open transaction makes the exchange wait, give up cleanly and be resumed: it never writes to both copies",
    arguments: TestServer.either()
  )
  func waitsForOpenTransaction(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let replacement = try stage.beside(content) { $0.lockTimeout = 200 }
      let plan = try await replacement.plan()
      let other = try Connection.open(stage.settings)
      try other.execute("BEGIN; INSERT INTO shop.customers VALUES (99, 'early')")
      let problem = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(problem.kind == .busy)
      #expect(problem.hint?.contains("--resume \(plan.operation)") == true)
      #expect(try await SetAsideOperation.list(in: stage.settings).map(\.state) == [.proven])
      try other.execute("INSERT INTO shop.customers VALUES (100, 'late'); COMMIT")
      let resumed = try await stage.besideOperation().resume()
      #expect(resumed.state == .swapped)
      #expect(try stage.count("shop.customers") == 20)
      #expect(try stage.count("\(resumed.setAside).customers") == 22)
    }
  }

  @Test(
    "all locks of an exchange together are given no longer than the time limit",
    arguments: [TestServer.v15]
  )
  func limitsAllLocks(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql("CREATE SCHEMA shop; CREATE TABLE shop.a (); CREATE TABLE shop.b ()")
      let session = try await Session.open(stage.settings)
      let pid = try await session.run { $0.backendPID }
      let state = try await session.run { connection in
        try connection.transaction {
          try connection.setTransferSettings(forReading: false)
          return try LiveState.read("shop", connection)
        }
      }
      try await session.run { connection in
        try connection.transaction {
          try ExchangeLocks(connection: connection, timeout: 4321)
            .take([(state.schema.tables, state.border)])
          // Afterwards nothing is left of the limit on statements, which building may exceed.
          #expect(try connection.execute("SHOW statement_timeout").value == "0")
          #expect(try connection.execute("SHOW lock_timeout").value == "4321ms")
        }
      }
      // First a makes it wait, then b: a limit for each lock would end the second wait by itself, and
      // the server would say so.
      let (first, second) = (OpenTransaction(), OpenTransaction())
      try first.begin(stage.settings, "LOCK TABLE shop.a IN ACCESS SHARE MODE")
      try second.begin(stage.settings, "LOCK TABLE shop.b IN ACCESS SHARE MODE")
      async let letsGo: Void = Lane("observer").run {
        let observer = try Connection.open(stage.settings)
        let waits = """
          SELECT extract(epoch FROM clock_timestamp() - waitstart) > 0.3 FROM pg_locks
          WHERE NOT granted AND relation = 'shop.a'::regclass AND pid = \(pid)
          """
        try Wait.asLongAs(!observer.execute(waits).bool)
        try first.commit()
      }
      let error = try await session.run { connection -> PostgresError? in
        do {
          try connection.transaction {
            try ExchangeLocks(connection: connection, timeout: 1500)
              .take([(state.schema.tables, state.border)])
          }
          return nil
        } catch let error as PostgresError {
          return error
        }
      }
      try await letsGo
      #expect(error?.isRetryable == true)
      #expect(error?.message == "the locks were not obtained within 1500 ms")
      try second.commit()
    }
  }

  @Test(
    "every acknowledged write is afterwards in exactly one copy",
    arguments: TestServer.either()
  )
  func losesNoWrite(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql("CREATE TABLE shop.log (writer int, number int)")
      try await stage.requireEveryWrite(table: "log") { try await stage.replaceBeside($0) }
    }
  }

  @Test(
    "so it is with 1,400 tables at the default lock table, and accepting drops them in batches",
    arguments: [TestServer.v15]
  )
  func manyTables(server: TestServer) async throws {
    let isWhole = ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
    let tables = isWhole ? 1400 : 150
    if !isWhole { print("the schema of many tables has \(tables), not 1,400: DRYDOCK_TEST_ALL=1") }
    try await withOwnServer(
      server,
      // Fewer tables have a smaller lock table; the whole test has the default one.
      isWhole
        ? ["max_locks_per_transaction": "64", "max_connections": "100"]
        : ["max_locks_per_transaction": "10", "max_connections": "75"]
    ) { stage in
      try stage.sql("CREATE SCHEMA shop; CREATE TABLE shop.log (writer int, number int)")
      for number in 1...tables {
        try stage.sql(
          """
          CREATE TABLE shop.t\(number) (id serial PRIMARY KEY, note text);
          INSERT INTO shop.t\(number) (note) VALUES ('row')
          """
        )
      }
      let result = try await stage.requireEveryWrite(table: "log") { content in
        let one = try await refusal { _ = try await stage.replacement(content).plan() }
        #expect(one.code == "restore.lock-budget")
        return try await stage.replaceBeside(content)
      }
      #expect(try stage.count("shop.t\(tables)") == 1)
      try await stage.accept(result.operation)
      #expect(try stage.schemas() == ["shop"])
    }
  }
}

extension Stage {
  /// Replaces a schema while several sessions write, and looks where each write went.
  @discardableResult
  func requireEveryWrite(
    table: String,
    _ replace: (SnapshotContent) async throws -> ReplacementResult
  ) async throws -> ReplacementResult {
    let content = try await snapshot()
    let writers = Writers(settings)
    let result = try await writers.write(into: "shop.\(table)", 4) { try await replace(content) }
    func rows(_ table: String) throws -> [String] {
      try sql("SELECT writer || ' ' || number AS key FROM \(table)").map { $0.string("key") }
    }
    let (live, old) = (try rows("shop.\(table)"), try rows("\(result.setAside).\(table)"))
    #expect(!live.isEmpty && !old.isEmpty)
    #expect(Set(live).isDisjoint(with: old))
    #expect(Set(live).union(old) == writers.rows)
    #expect(live.count + old.count == writers.rows.count)
    return result
  }
}
