import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

/// What others do between a plan and its end.
@Suite("While a copy is built or waits")
struct BesideChangeTests {
  @Test("the same token again takes nothing from it, and is told so", arguments: [TestServer.v15])
  func refusesSameToken(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let replacement = try stage.beside(try await stage.snapshot()) { $0.lockTimeout = 100 }
      let plan = try await replacement.plan()
      let other = try Connection.open(stage.settings)
      try other.execute("BEGIN; INSERT INTO shop.customers VALUES (99, 'early')")
      let busy = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(busy.kind == .busy && busy.hint?.contains("run the command again") == false)
      try other.execute("ROLLBACK")
      let copy = try stage.oid("shop__dd_\(plan.operation)_new")
      let again = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(again.code == "restore.already-begun")
      #expect(again.hint?.contains("--resume \(plan.operation)") == true)
      #expect(try stage.oid("shop__dd_\(plan.operation)_new") == copy)
      #expect(try await SetAsideOperation.list(in: stage.settings).map(\.state) == [.proven])
      let resumed = try await stage.besideOperation().resume()
      #expect(resumed.state == .swapped)
      #expect(try stage.oid("shop") == copy)
    }
  }

  @Test("the same token after an undo sets nothing else aside", arguments: TestServer.either())
  func refusesTokenAfterUndo(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let replacement = try stage.replacement(try await stage.snapshot())
      let plan = try await replacement.plan()
      _ = try await replacement.run(token: plan.token)
      try await stage.undo()
      let before = try stage.picture()
      let again = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(again.code == "restore.already-begun")
      #expect(try stage.picture() == before)
      try await stage.accept(plan.operation)
    }
  }

  @Test("two copies under one id are told apart by their names", arguments: [TestServer.v15])
  func findsByName(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let result = try await stage.replace(try await stage.snapshot())
      let twin = "shop__dd_\(result.operation)_new"
      try stage.sql("CREATE SCHEMA \(twin)")
      var journal = result.journal
      (journal.copy, journal.setAside) = (.new, twin)
      let connection = try Connection.open(stage.settings)
      try JournaledCopies(connection: connection)
        .write(journal, to: twin, keeping: JournaledComment(nil))
      let both = try await refusal { try await stage.undo(result.operation) }
      #expect(both.code == "restore.which-operation")
      #expect(both.facts.contains { $0.value.hasPrefix(result.setAside) })
      try await stage.accept(result.setAside)
      #expect(try stage.schemas() == ["shop", twin])
    }
  }

  @Test(
    "an object outside that cannot be made again holds the exchange back",
    arguments: TestServer.either()
  )
  func noticesObstacle(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let problem = try await refusal {
        try await stage.replaceBeside(content, at: "indexes and constraints") {
          try stage.sql("CREATE MATERIALIZED VIEW public.late AS SELECT id FROM shop.jobs")
        }
      }
      #expect(problem.code == "restore.border")
      #expect(problem.facts.contains { $0.value.contains("public.late") })
      #expect(problem.facts.contains { $0.value.contains("waits beside it") })
      try stage.sql("DROP MATERIALIZED VIEW public.late")
      let resumed = try await stage.besideOperation().resume()
      #expect(resumed.state == .swapped)
    }
  }

  @Test(
    "an undo that something outside holds back says how the undo goes on",
    arguments: [TestServer.v15]
  )
  func endsUndoByUndo(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let copy = try await stage.prove(try await stage.snapshot())
      try stage.sql("CREATE VIEW public.late AS SELECT id FROM \(copy.name).jobs")
      let undo = try await refusal { try await stage.undo() }
      #expect(undo.code == "restore.still-used")
      #expect(undo.hint?.contains("drydock restore --undo \(copy.operation)") == true)
      #expect(undo.hint?.contains("--resume") == false)
      #expect(undo.facts.contains { $0.name == "state" && $0.value.contains("is live as it was") })
      // A resume would have to drop it too, to build it again.
      let resume = try await refusal { _ = try await stage.besideOperation().resume() }
      #expect(resume.code == "restore.still-used")
      #expect(
        resume.facts.contains { $0.name == "state" && $0.value.contains("is live as it was") }
      )
      try stage.sql("DROP VIEW public.late")
      let undone = try await stage.undo()
      #expect(undone.state == .abandoned)
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test(
    "a resume and an undo act on what is there, not on what was there before",
    arguments: [TestServer.v15]
  )
  func readsAgain(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let copy = try await stage.prove(content)
      let oid = try stage.oid(copy.name)
      var stale = copy
      stale.state = .building
      // Another host has proven it meanwhile: it is exchanged, not built again.
      _ = try await stage.beside(content).resume(stale)
      #expect(try stage.oid("shop") == oid)
      let connection = try Connection.open(stage.settings)
      let undo = try await refusal {
        _ = try stage.operation(copy.operation).abandon(copy, connection)
      }
      #expect(undo.code == "restore.changed-meanwhile")
      #expect(try stage.oid("shop") == oid)
    }
  }

  @Test("no time limit of the database can end it", arguments: TestServer.either())
  func outlastsTimeLimits(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      // A materialised view is filled by the session that restores, and so says what is set there.
      try stage.sql(shop)
      try stage.sql(
        """
        CREATE MATERIALIZED VIEW shop.limits AS SELECT name,
          pg_catalog.current_setting(name) AS value FROM pg_catalog.pg_settings
        WHERE name IN ('idle_session_timeout', 'idle_in_transaction_session_timeout',
          'transaction_timeout', 'statement_timeout')
        """
      )
      let content = try await stage.snapshot()
      let database = stage.settings.keywords["dbname"] ?? ""
      var names = [
        "idle_in_transaction_session_timeout", "idle_session_timeout", "statement_timeout",
      ]
      if server == .v18 { names.append("transaction_timeout") }
      for name in names { try stage.sql("ALTER DATABASE \(database) SET \(name) = '1h'") }
      for way in ReplacementWay.allCases {
        try await stage.replaceBeside(content) { $0.way = way }
        let found = try stage.sql("SELECT name, value FROM shop.limits ORDER BY name")
        #expect(found.map { $0.string("name") } == names)
        #expect(found.allSatisfy { $0.string("value") == "0" }, "\(way)")
      }
      for name in names { try stage.sql("ALTER DATABASE \(database) RESET \(name)") }
    }
  }
}

extension Stage {
  func oid(_ schema: String) throws -> Int {
    try sql("SELECT '\(schema)'::regnamespace::oid").int ?? -1
  }

  /// Replaces a schema, and does something when a phase begins for the first time.
  @discardableResult
  func replaceBeside(
    _ content: SnapshotContent,
    at phase: String,
    meanwhile: @escaping @Sendable () throws -> Void
  ) async throws -> ReplacementResult {
    var options = try options()
    options.way = .beside
    options.jobs = 1
    let once = Once(meanwhile)
    let replacement = SchemaReplacement(
      of: content,
      schema: "shop",
      into: settings.with("application_name", "the victim"),
      options: options
    ) { progress in
      guard progress.phase == phase else { return }
      once.run()
    }
    let result: Result<ReplacementResult, any Error>
    do {
      let token = try await replacement.plan().token
      result = .success(try await replacement.run(token: token))
    } catch {
      result = .failure(error)
    }
    try once.require()
    return try result.get()
  }
}
