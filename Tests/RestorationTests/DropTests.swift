import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("A live schema that is dropped instead of kept")
struct DropTests {
  @Test(
    "every acknowledged write is in the safety snapshot or in the new schema",
    arguments: ReplacementWay.allCases
  )
  func losesNoWrite(way: ReplacementWay) async throws {
    try await Stage.with(.v15) { stage in
      try stage.sql(shop)
      try stage.sql("CREATE TABLE shop.log (writer int, number int)")
      let content = try await stage.snapshot()
      let writers = Writers(stage.settings)
      let result = try await writers.write(into: "shop.log", 4) {
        try await stage.replaceBeside(content) { options in
          options.way = way
          options.drop = stage.safety()
        }
      }
      #expect(try stage.schemas() == ["shop"])
      #expect(try await SetAsideOperation.list(in: stage.settings).isEmpty)
      let live = try stage.numbers("shop.log")
      let name = try #require(result.safetySnapshot.flatMap { SnapshotName($0) })
      let safety = try SnapshotContent(opening: name, in: stage.repository)
      try stage.sql("ALTER SCHEMA shop RENAME TO newer")
      var options = RestoreOptions()
      options.schemas = ["shop"]
      options.binaryDirectory = try stage.binaries
      _ = try await RestoreRun(of: safety, into: stage.settings, options: options).run()
      let saved = try stage.numbers("shop.log")
      #expect(!live.isEmpty && !saved.isEmpty)
      #expect(live.isDisjoint(with: saved))
      #expect(live.union(saved) == writers.rows)
      let kept = try stage.repository.records(kind: .restore)
      #expect(kept == ["accepted", "swapped"].map { "\(result.operation)-\($0)" })
    }
  }

  @Test(
    "readers go on while its safety snapshot is taken, writers wait",
    arguments: TestServer.either()
  )
  func holdsWritersOnly(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let other = try Connection.open(stage.settings)
      try other.execute("SET lock_timeout = 1")
      try await stage.replaceBeside(content) { options in
        options.way = .transaction
        options.drop = SafetySnapshot { schema in
          let connection = try Connection.open(stage.settings)
          try connection.execute("SET lock_timeout = 1")
          #expect(try connection.execute("SELECT count(*) FROM \(schema).jobs").int == 500)
          for statement in ["INSERT INTO shop.customers VALUES (88, 'x')", "DELETE FROM shop.jobs"]
          {
            let isDone = try connection.execute(statement, expecting: ["55P03"])
            #expect(!isDone, "\(statement)")
          }
          return try await stage.safety().take(schema)
        }
      }
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test(
    "is kept when the safety snapshot is not proven",
    arguments: ReplacementWay.allCases
  )
  func needsProof(way: ReplacementWay) async throws {
    try await Stage.with(.v15) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1)")
      let unproven = try await refusal {
        try await stage.replaceBeside(content) { options in
          options.way = way
          options.drop = SafetySnapshot { _ in SafetySnapshot.Proof(snapshot: "s", level: 1) }
        }
      }
      #expect(unproven.code == "restore.safety-snapshot")
      #expect(try stage.count("shop.jobs") == 501)
      guard way == .beside else {
        #expect(try stage.schemas() == ["shop"])
        return
      }
      // The copy waits, and only a safety snapshot lets it go on.
      let without = try await refusal { _ = try await stage.besideOperation().resume() }
      #expect(without.code == "restore.safety-snapshot")
      let resumed = try await stage.besideOperation(drop: stage.safety()).resume()
      #expect(resumed.state == .accepted)
      #expect(resumed.safetySnapshot != nil)
      #expect(try stage.schemas() == ["shop"])
      #expect(try stage.count("shop.jobs") == 500)
    }
  }

  @Test("an inactive slot refuses it as it refuses an accept", arguments: [TestServer.v15])
  func refusesSlot(server: TestServer) async throws {
    try await withOwnServer(server, ["wal_level": "logical"]) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql("SELECT pg_create_logical_replication_slot('away', 'pgoutput')")
      let problem = try await refusal {
        try await stage.replaceBeside(content) { $0.drop = stage.safety() }
      }
      #expect(problem.code == "restore.slots")
      try stage.sql("CREATE PUBLICATION everything FOR ALL TABLES")
      let published = try await refusal { try await stage.replaceBeside(content) }
      #expect(published.code == "restore.beside")
      #expect(published.facts.contains { $0.value.contains("publication everything") })
      #expect(try stage.schemas() == ["shop"])
      try stage.sql("SELECT pg_drop_replication_slot('away')")
    }
  }
}

extension Stage {
  /// Takes a snapshot of everything and calls it proven.
  func safety() -> SafetySnapshot {
    SafetySnapshot { _ in
      SafetySnapshot.Proof(snapshot: try await snapshot().name.text, level: 2)
    }
  }

  /// The rows of a table of two numbers.
  func numbers(_ table: String) throws -> Set<String> {
    Set(try sql("SELECT writer || ' ' || number AS key FROM \(table)").map { $0.string("key") })
  }
}
