import Cluster
import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

@Suite("What a server's settings refuse")
struct ServerLimitTests {
  @Test("too few locks refuse the plan, with the figure to set", arguments: TestServer.either())
  func fewLocks(server: TestServer) async throws {
    try await withOwnServer(
      server,
      ["max_locks_per_transaction": "10", "max_connections": "20"]
    ) { stage in
      try stage.sql("CREATE SCHEMA shop")
      for number in 1...60 { try stage.sql("CREATE TABLE shop.t\(number) (id int PRIMARY KEY)") }
      let content = try await stage.snapshot()
      let problem = try await refusal { _ = try await stage.replacement(content).plan() }
      #expect(problem.code == "restore.lock-budget")
      #expect(problem.hint?.contains("max_locks_per_transaction = ") == true)
    }
  }

  @Test("an inactive logical slot refuses the drop", arguments: TestServer.either())
  func inactiveSlot(server: TestServer) async throws {
    try await withOwnServer(server, ["wal_level": "logical"]) { stage in
      try stage.sql(shop)
      let result = try await stage.replace(try await stage.snapshot())
      try stage.sql("SELECT pg_create_logical_replication_slot('away', 'pgoutput')")
      let plan = try await stage.operation().undoPlan()
      #expect(plan.slots == [PlannedSlot(name: "away", isActive: false)])
      let problem = try await refusal { try await stage.accept() }
      #expect(problem.code == "restore.slots")
      #expect(try stage.schemas() == ["shop", result.setAside])
      try stage.sql("SELECT pg_drop_replication_slot('away')")
      try await stage.accept()
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test("prepared transactions are shown in the plan", arguments: TestServer.either())
  func preparedTransactions(server: TestServer) async throws {
    try await withOwnServer(server, ["max_prepared_transactions": "5"]) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql(
        "BEGIN; INSERT INTO shop.customers VALUES (77, 'held'); PREPARE TRANSACTION 'x'"
      )
      let replacement = try stage.replacement(content) { $0.lockTimeout = 200 }
      let plan = try await replacement.plan()
      #expect(plan.preparedTransactions == ["x"])
      let problem = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(problem.kind == .busy)
      try stage.sql("COMMIT PREPARED 'x'")
    }
  }
}

/// Lends a stage on a server of its own, with further settings.
func withOwnServer(
  _ server: TestServer,
  _ settings: [String: String],
  _ body: (Stage) async throws -> Void
) async throws {
  var options = try server.options()
  options.settings.merge(settings) { _, ours in ours }
  let own = try ScratchServer.start(options)
  do {
    try await body(try Stage(on: server, own.settings()))
  } catch {
    // The test's own failure is the one to report.
    try? own.remove()
    throw error
  }
  try own.remove()
}
