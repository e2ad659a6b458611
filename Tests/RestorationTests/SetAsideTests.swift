import Foundation
import Postgres
import Problems
import Repository
import TestSupport
import Testing

@testable import Restoration

@Suite("A copy that was set aside")
struct SetAsideTests {
  @Test("comes back on undo, and the newer one is kept", arguments: TestServer.either())
  func undoes(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7)")
      let definition = try stage.dump()
      let result = try await stage.replace(content)
      try stage.sql("INSERT INTO shop.jobs (customer) VALUES (2), (3)")
      let plan = try await stage.operation().undoPlan()
      #expect(plan.losses.contains { $0.table == "shop.jobs" })
      let undone = try await stage.undo(result.operation)
      #expect(undone.state == .undone)
      #expect(undone.setAside == "shop__dd_\(result.operation)_new")
      #expect(try stage.schemas() == ["shop", undone.setAside])
      #expect(try stage.count("shop.jobs") == 507)
      #expect(try stage.count("\(undone.setAside).jobs") == 502)
      #expect(try stage.dump() == definition)
      let comment = try stage.sql(
        "SELECT obj_description('shop'::regnamespace, 'pg_namespace')"
      ).value
      #expect(comment == "Jobs of the shop")
      let again = try await refusal { try await stage.undo() }
      #expect(again.code == "restore.wrong-state")
      try await stage.accept()
      #expect(try stage.schemas() == ["shop"])
      #expect(
        try stage.repository.records(kind: .restore)
          == ["accepted", "swapped", "undone"].map { "\(result.operation)-\($0)" }
      )
    }
  }

  @Test("is dropped on accept, once a proven snapshot has it", arguments: TestServer.either())
  func accepts(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let result = try await stage.replace(try await stage.snapshot())
      let unproven = try await refusal { try await stage.accept(level: 1) }
      #expect(unproven.code == "restore.safety-snapshot")
      #expect(try stage.schemas() == ["shop", result.setAside])
      let accepted = try await stage.accept()
      #expect(accepted.state == .accepted)
      let safety = try #require(accepted.safetySnapshot)
      #expect(try stage.repository.snapshots().map(\.text).contains(safety))
      #expect(try stage.schemas() == ["shop"])
      #expect(try stage.count("shop.jobs") == 500)
      #expect(
        try stage.sql("SELECT obj_description('shop'::regnamespace, 'pg_namespace')").value
          == "Jobs of the shop"
      )
      let nothing = try await refusal { try await stage.undo() }
      #expect(nothing.code == "restore.no-operation")
    }
  }

  @Test("is finished by resume when its drop was killed", arguments: TestServer.either())
  func resumes(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let result = try await stage.replace(try await stage.snapshot())
      let said = try await stage.operation().resume()
      #expect(said.state == .swapped)
      let connection = try Connection.open(stage.settings)
      let looked = try stage.operation().look(.accept, connection)
      _ = try SetAsideDrop(connection: connection, lockTimeout: 1000)
        .begin(looked, safety: "the-safety-snapshot")
      try stage.sql("DROP TABLE \(result.setAside).events CASCADE")
      let undo = try await refusal { try await stage.undo() }
      #expect(undo.code == "restore.wrong-state")
      #expect(undo.hint?.contains("the-safety-snapshot") == true)
      let resumed = try await stage.operation(result.operation).resume()
      #expect(resumed.state == .accepted)
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test("is not dropped while a slot or an object hangs on it", arguments: TestServer.either())
  func refusesDrop(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let result = try await stage.replace(try await stage.snapshot())
      try stage.sql("CREATE VIEW public.late AS SELECT id FROM \(result.setAside).jobs")
      let used = try await refusal { try await stage.accept() }
      #expect(used.code == "restore.still-used")
      #expect(used.facts.contains { $0.value == "view public.late" })
      try stage.sql("DROP VIEW public.late")
      try await stage.accept()
    }
  }

  @Test(
    "several of them are told apart, and only the last can be undone",
    arguments: TestServer.either()
  )
  func tellsApart(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let first = try await stage.replace(content)
      let second = try await stage.replace(content)
      let which = try await refusal { try await stage.undo() }
      #expect(which.code == "restore.which-operation")
      let older = try await refusal { try await stage.undo(first.operation) }
      #expect(older.code == "restore.not-latest")
      try await stage.undo(second.operation)
      try await stage.undo(first.operation)
      #expect(try stage.count("shop.jobs") == 500)
    }
  }

  @Test("an undo's token is for this undo only", arguments: TestServer.either())
  func guardsUndo(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try await stage.replace(try await stage.snapshot())
      let operation = stage.operation()
      let token = try await operation.undoPlan().token
      let accept = try await refusal {
        _ = try await operation.accept(
          token: token,
          safety: SafetySnapshot { _ in
            SafetySnapshot.Proof(snapshot: "none", level: 3)
          }
        )
      }
      #expect(accept.code == "restore.token-other-plan")
      try stage.sql("ALTER TABLE shop.jobs ADD COLUMN since date")
      let changed = try await refusal { _ = try await operation.undo(token: token) }
      #expect(changed.code == "restore.token-other-plan")
    }
  }

  @Test("states follow each other as the table says")
  func followsTable() {
    let allowed = OperationState.allCases.flatMap { state in
      OperationState.Event.allCases.compactMap { event in
        state.after(event).map { "\(state.rawValue) \(event.rawValue) \($0.rawValue)" }
      }
    }
    #expect(
      allowed == [
        "planned build building", "building prove proven", "building undo abandoned",
        "proven swap swapped", "proven undo abandoned",
        "swapped undo undone", "swapped accept accepting", "undone accept accepting",
        "accepting finish accepted",
      ]
    )
  }
}
