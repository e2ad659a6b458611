import Postgres
import Problems
import Repository
import TestSupport
import Testing

@testable import Restoration

@Suite("A copy that is not live yet")
struct BesideStateTests {
  @Test(
    "stays where a connection dies, is told, and is ended by resume or undo",
    arguments: TestServer.either()
  )
  func endsEverywhere(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7)")
      let phases: [(String, OperationState?)] = [
        ("definition", nil), ("trial of indexes", .building), ("loading rows", .building),
        ("indexes and constraints", .building), ("statistics", .building),
        ("waiting for locks", .proven), ("border and ledger", .proven),
      ]
      for (number, (phase, state)) in phases.enumerated() {
        try await stage.stop(content, at: phase)
        #expect(try stage.count("shop.jobs") == 507, "\(phase)")
        let found = try await SetAsideOperation.list(in: stage.settings)
        #expect(found.map(\.state) == (state.map { [$0] } ?? []), "\(phase)")
        guard let copy = found.first else { continue }
        #expect(copy.name == "shop__dd_\(copy.operation)_new")
        if number.isMultiple(of: 2) {
          let plan = try await stage.operation().undoPlan()
          #expect(plan.givesUp && plan.losses.isEmpty && plan.outside.isEmpty)
          let undone = try await stage.undo()
          #expect(undone.state == .abandoned)
        } else {
          let resumed = try await stage.besideOperation().resume()
          #expect(resumed.state == .swapped, "\(phase)")
          #expect(try stage.count("shop.jobs") == 500)
          try await stage.undo()
          try await stage.accept()
        }
        #expect(try stage.schemas() == ["shop"], "\(phase)")
        #expect(try stage.count("shop.jobs") == 507, "\(phase)")
        #expect(
          try stage.sql("SELECT obj_description('shop'::regnamespace, 'pg_namespace')").value
            == "Jobs of the shop",
          "\(phase)"
        )
      }
    }
  }

  @Test("nobody else may use it", arguments: [TestServer.v15])
  func isClosed(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let role = "visitor_\(UInt32.random(in: 0 ... .max))"
      try stage.sql("CREATE ROLE \(role); GRANT USAGE, CREATE ON SCHEMA shop TO \(role)")
      let copy = try await stage.prove(try await stage.snapshot())
      let may = "SELECT has_schema_privilege('\(role)', "
      #expect(try !stage.sql("\(may) '\(copy.name)', 'USAGE')").bool)
      #expect(try !stage.sql("\(may) '\(copy.name)', 'CREATE')").bool)
      _ = try await stage.besideOperation().resume()
      #expect(try stage.sql("\(may) 'shop', 'USAGE')").bool)
      #expect(try stage.sql("\(may) 'shop', 'CREATE')").bool)
      try stage.sql("DROP OWNED BY \(role); DROP ROLE \(role)")
    }
  }

  @Test("refuses another operation until it is ended", arguments: [TestServer.v15])
  func excludesAnother(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let copy = try await stage.prove(content)
      let refused = try await refusal { _ = try await stage.replacement(content).plan() }
      #expect(refused.code == "restore.unfinished")
      #expect(refused.hint?.contains("--resume \(copy.operation)") == true)
      let accept = try await refusal { _ = try await stage.operation().acceptPlan() }
      #expect(accept.code == "restore.wrong-state")
      // Somebody may have dropped it by hand: then nothing is in the way.
      try stage.sql("DROP SCHEMA \(copy.name) CASCADE")
      _ = try await stage.replacement(content).plan()
    }
  }

  @Test(
    "becomes live only while both copies are what the plan saw",
    arguments: [TestServer.v15]
  )
  func checksAgain(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let copy = try await stage.prove(content)
      try stage.sql("ALTER TABLE shop.jobs ADD COLUMN late int")
      let changed = try await refusal { _ = try await stage.besideOperation().resume() }
      #expect(changed.code == "restore.changed-meanwhile")
      #expect(changed.hint?.contains("--undo \(copy.operation)") == true)
      try await stage.undo()
      try stage.sql("ALTER TABLE shop.jobs DROP COLUMN late")
      let second = try await stage.prove(content)
      try stage.sql("DROP TABLE \(second.name).customers CASCADE")
      let meddled = try await refusal { _ = try await stage.besideOperation().resume() }
      #expect(meddled.code == "restore.changed-meanwhile")
      #expect(meddled.reason?.contains(second.name) == true)
      #expect(try stage.count("shop.customers") == 20)
    }
  }

  @Test(
    "is not called proven any more once an undo has begun to drop it",
    arguments: [TestServer.v15]
  )
  func givesUpFirst(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let copy = try await stage.prove(try await stage.snapshot())
      let connection = try Connection.open(stage.settings)
      try SetAsideDrop(connection: connection, lockTimeout: 1000).giveUp(copy)
      #expect(try await SetAsideOperation.list(in: stage.settings).map(\.state) == [.building])
      try stage.sql("DROP TABLE \(copy.name).events CASCADE")
      let resumed = try await stage.besideOperation().resume()
      #expect(resumed.state == .swapped)
      #expect(try stage.count("shop.events") == 100)
    }
  }
}
