import Backup
import Foundation
import ObjectStore
import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("The plan of a replacing restore")
struct ReplacementPlanTests {
  @Test("shows what goes, who is there and what is lost since", arguments: TestServer.either())
  func showsEverything(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql(
        """
        INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 50);
        CREATE TABLE shop.later (id int);
        CREATE VIEW public.outside AS SELECT id, note FROM shop.jobs;
        ANALYZE;
        """
      )
      let visitor = try Connection.open(stage.settings)
      try visitor.execute("BEGIN; SELECT count(*) FROM shop.jobs")
      let plan = try await stage.replacement(content).plan()
      try visitor.execute("COMMIT")
      #expect(plan.schema == "shop")
      #expect(plan.snapshotDatabase == stage.settings.keywords["dbname"])
      #expect(!plan.isOtherDatabase)
      #expect(plan.age >= 0 && plan.age < 3600)
      #expect(plan.setAside == "shop__dd_\(plan.operation)_old")
      #expect(plan.inside.contains { $0.kind == "table" && $0.name == "shop.later" })
      #expect(plan.inside.contains { $0.kind == "function" && $0.name == "shop.touch()" })
      #expect(plan.outside == [PlannedObject(kind: "view", name: "public.outside")])
      let loss = try #require(plan.losses.first { $0.table == "shop.jobs" })
      #expect(loss == PlannedLoss(table: "shop.jobs", liveRows: 550, snapshotRows: 500))
      #expect(plan.losses.contains { $0.table == "shop.later" && $0.snapshotRows == nil })
      #expect(plan.sessions.contains { $0.pid == visitor.backendPID && $0.usesSchema })
      #expect(plan.space.needed > 0)
      #expect(plan.rows == 620)
      #expect(
        plan.token.utf8.allSatisfy { byte in
          byte == UInt8(ascii: "-") || (48...57).contains(byte) || (97...122).contains(byte)
        }
      )
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test("is bound to structure, not to rows", arguments: TestServer.either())
  func bindsStructure(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let replacement = try stage.replacement(content)
      let plan = try await replacement.plan()
      try stage.sql("ALTER TABLE shop.jobs ADD COLUMN priority int")
      let before = try stage.picture()
      let changed = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(changed.code == "restore.token-other-plan")
      #expect(changed.kind == .refused)
      #expect(try stage.picture() == before)
      let fresh = try await replacement.plan()
      try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1)")
      _ = try await replacement.run(token: fresh.token)
      #expect(try stage.count("shop.jobs") == 500)
    }
  }

  @Test("expires after an hour, and is of one snapshot only", arguments: TestServer.either())
  func expires(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let (first, second) = (try await stage.snapshot(), try await stage.snapshot())
      let plan = try await stage.replacement(first).plan()
      let other = try await refusal {
        _ = try await stage.replacement(second).run(token: plan.token)
      }
      #expect(other.code == "restore.token-other-plan")
      let late = try await refusal {
        _ = try await stage.replacement(first) { $0.clock = { Date() + 3700 } }
          .run(token: plan.token)
      }
      #expect(late.code == "restore.token-expired")
      let long = String(repeating: "a", count: 80)
      for text in ["yes", "\(long)-t3k2a-00", "abcdefgh-zzzzzzzzzzzz-00", "ABCDEFGH-t3k2a-00"] {
        let garbage = try await refusal { _ = try await stage.replacement(first).run(token: text) }
        #expect(garbage.code == "restore.token-malformed", "\(text)")
      }
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test(
    "is refused by a damaged snapshot before anything is touched",
    arguments: TestServer.either()
  )
  func refusesDamage(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let plan = try await stage.replacement(content).plan()
      for pack in try stage.store.list("packs") {
        let bytes = try stage.store.get(pack.name)
        try stage.store.delete(pack.name)
        try stage.store.put(pack.name, Array(bytes.prefix(bytes.count / 2)))
      }
      let before = try stage.picture()
      let problem = try await refusal {
        _ = try await stage.replacement(content).run(token: plan.token)
      }
      #expect(problem.kind == .damaged)
      #expect(try stage.picture() == before)
    }
  }

  @Test(
    "is refused on a protected database, by this database's own label only",
    arguments: TestServer.either()
  )
  func protects(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try EnvironmentLabel.set("protected", Connection.open(stage.settings))
      let problem = try await refusal { _ = try await stage.replacement(content).plan() }
      #expect(problem.code == "restore.protected")
      let plan = try await stage.replacement(content) { $0.allowsProtected = true }.plan()
      #expect(plan.target.label == "protected")
      try stage.sql("UPDATE drydock.environment SET database_oid = database_oid + 1")
      #expect(try await stage.replacement(content).plan().target.label == nil)
    }
  }

  @Test("reads no label from what a stranger put in its place", arguments: TestServer.either())
  func strangeLabel(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql(
        """
        CREATE FUNCTION trap() RETURNS text LANGUAGE sql AS 'SELECT 1 / 0; SELECT ''free'' ';
        CREATE SCHEMA drydock;
        CREATE VIEW drydock.environment AS
          SELECT trap() AS system_identifier, 1::bigint AS database_oid, 'free' AS label
        """
      )
      let problem = try await refusal { _ = try await stage.replacement(content).plan() }
      #expect(problem.code == "restore.strange-label")
      #expect(problem.facts == [.init("drydock.environment", "is a view")])
      let set = #expect(throws: Problem.self) {
        try EnvironmentLabel.set("protected", Connection.open(stage.settings))
      }
      #expect(set?.code == "restore.strange-label")
    }
  }

  @Test("is refused where locks are too many", arguments: TestServer.either())
  func limits(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let budget = LockBudget(needed: 7000, used: 50, perTransaction: 64, transactions: 100)
      let locks = try await refusal { try budget.requireEnough("shop") }
      #expect(locks.hint?.contains("max_locks_per_transaction = 78") == true)
      let missing = try await refusal {
        _ = try await stage.replacement(content, schema: "nowhere").plan()
      }
      #expect(missing.kind == .usage)
    }
  }

  @Test("shows both names when the snapshot is of another database", arguments: TestServer.either())
  func namesOtherDatabase(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try await withDatabase(on: server) { (other: ConnectionSettings) async throws in
        try Connection.open(other).execute("CREATE SCHEMA shop; CREATE TABLE shop.jobs (id int)")
        let replacement = SchemaReplacement(
          of: content,
          schema: "shop",
          into: other,
          options: try stage.options()
        )
        let plan = try await replacement.plan()
        #expect(plan.isOtherDatabase)
        #expect(plan.target.database == other.keywords["dbname"])
        #expect(plan.snapshotDatabase == stage.settings.keywords["dbname"])
        let elsewhere = try await refusal {
          _ = try await stage.replacement(content).run(token: plan.token)
        }
        #expect(elsewhere.code == "restore.token-other-plan")
        _ = try await replacement.run(token: plan.token)
        #expect(try Connection.open(other).execute("SELECT count(*) FROM shop.jobs").int == 500)
      }
    }
  }

  @Test("is refused by a snapshot of chosen tables", arguments: TestServer.either())
  func refusesPartialSnapshot(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot(tables: ["shop.jobs"])
      let problem = try await refusal { _ = try await stage.replacement(content).plan() }
      #expect(problem.code == "restore.schema-not-whole")
      #expect(problem.kind == .refused)
    }
  }

  @Test(
    "is refused by a snapshot that left some of the schema out, by none that took it whole",
    arguments: TestServer.either()
  )
  func refusesSchemaInPart(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql("CREATE TABLE public.log (id int)")
      let parts = [
        try await stage.snapshot { $0.excludedTables = ["shop.events_2026"] },
        try await stage.snapshot { $0.excludedTables = ["ready"] },
        try await stage.snapshot { $0.excludedData = ["customers"] },
        try await stage.snapshot { $0.schemas = ["public"] },
      ]
      for content in parts {
        let problem = try await refusal { _ = try await stage.replacement(content).plan() }
        #expect(problem.code == "restore.schema-not-whole")
        #expect(problem.kind == .refused)
      }
      let others = try await stage.snapshot { $0.excludedTables = ["log"] }
      let alone = try await stage.snapshot { $0.schemas = ["shop"] }
      for content in [others, alone] {
        #expect(content.manifest.isPartial)
        #expect(try await stage.replacement(content).plan().rows == 620)
      }
    }
  }
}
