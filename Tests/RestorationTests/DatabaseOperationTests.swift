import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("A copy of a whole database")
struct DatabaseOperationTests {
  @Test(
    "comes back on undo, and the newer one is kept until it is given up",
    arguments: TestServer.either()
  )
  func undoes(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7)")
      let result = try await stage.replaceDatabase(content)
      try stage.sql("INSERT INTO shop.jobs (customer) VALUES (2), (3)")
      let plan = try await stage.databaseOperation().undoPlan()
      #expect(plan.losses == [PlannedLoss(table: "shop.jobs", liveRows: 502, snapshotRows: 507)])
      let undone = try await stage.undoDatabase(result.operation)
      #expect(undone.state == .undone)
      #expect(undone.setAside == "\(stage.live)__dd_\(result.operation)_new")
      #expect(try stage.copies() == [undone.setAside])
      #expect(try stage.count("shop.jobs") == 507)
      #expect(try stage.rows(try #require(undone.setAside)) == 502)
      #expect(try stage.comment().journals == [])
      let again = try await refusal { try await stage.undoDatabase() }
      #expect(again.code == "restore.wrong-state")
      try await stage.acceptDatabase()
      #expect(try stage.copies() == [])
      #expect(
        try stage.repository.records(kind: .restore)
          == ["accepted", "swapped", "undone"].map { "\(result.operation)-\($0)" }
      )
    }
  }

  @Test("is dropped on accept, once a proven snapshot has it", arguments: TestServer.either())
  func accepts(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      try stage.maintain("COMMENT ON DATABASE \(stage.live) IS 'Orders'")
      let result = try await stage.replaceDatabase(try await stage.snapshot())
      let unproven = try await refusal { try await stage.acceptDatabase(level: 1) }
      #expect(unproven.code == "restore.safety-snapshot")
      let other = try await stage.databaseOperation().undoPlan().token
      let wrong = try await refusal {
        _ = try await stage.databaseOperation().accept(
          token: other,
          safety: SafetySnapshot { _ in SafetySnapshot.Proof(snapshot: "none", level: 3) }
        )
      }
      #expect(wrong.code == "restore.token-other-plan")
      var visitor: Connection? = try Connection.open(
        stage.settings.database(try #require(result.setAside)).with("application_name", "psql")
      )
      let used = try await refusal { try await stage.acceptDatabase() }
      #expect(used.code == "restore.sessions")
      #expect(try visitor?.execute("SELECT count(*) FROM shop.jobs").int == 500)
      visitor = nil
      try await stage.waitUntilAlone(in: try #require(result.setAside))
      let accepted = try await stage.acceptDatabase()
      #expect(accepted.state == .accepted)
      let safety = try #require(accepted.safetySnapshot)
      #expect(try stage.repository.snapshots().map(\.text).contains(safety))
      #expect(try stage.copies() == [])
      #expect(try stage.comment() == Journaled("Orders"))
      #expect(try await DatabaseOperation.find(nil, in: stage.settings) == nil)
    }
  }

  @Test(
    "is finished by resume when its drop was killed before or after",
    arguments: TestServer.either()
  )
  func resumesDrop(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      for isDropped in [false, true] {
        let result = try await stage.replaceDatabase(try await stage.snapshot())
        let found = try await stage.databaseOperation().found
        var journal = try #require(found.journal)
        journal.state = .accepting
        journal.safetySnapshot = "the-safety-snapshot"
        let connection = try Connection.open(stage.settings.database("postgres"))
        let writes = try await DatabaseWrites.read(in: stage.settings.database(found.name))
        try DatabaseDrop(copy: found).begin(journal, writes, connection)
        #expect(throws: PostgresError.self) { try stage.rows(found.name) }
        if isDropped { try connection.execute("DROP DATABASE \(found.name)") }
        let listed = try #require(try await DatabaseOperation.list(in: stage.settings).first)
        #expect(listed.state == .accepting && (listed.oid == nil) == isDropped)
        let undo = try await refusal { try await stage.undoDatabase() }
        #expect(undo.code == "restore.wrong-state")
        #expect(undo.hint?.contains("the-safety-snapshot") == true)
        let resumed = try await stage.databaseOperation(result.operation).resume()
        #expect(resumed.state == .accepted)
        #expect(try stage.copies() == [] && stage.comment().journals == [])
      }
    }
  }

  @Test(
    "is kept where somebody wrote into it while the safety snapshot was taken",
    arguments: TestServer.either()
  )
  func keepsWritten(server: TestServer) async throws {
    let writes = [
      "INSERT INTO shop.jobs (customer) VALUES (1)", "TRUNCATE shop.jobs",
      "SELECT nextval('shop.jobs_id_seq')", "SELECT lo_create(0)", "CREATE TABLE shop.late ()",
    ]
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      let result = try await stage.replaceDatabase(try await stage.snapshot())
      let aside = try #require(result.setAside)
      for write in writes {
        let operation = try await stage.databaseOperation()
        let token = try await operation.acceptPlan().token
        let problem = try await refusal {
          _ = try await operation.accept(
            token: token,
            safety: SafetySnapshot { copy in
              let content = try await Stage(stage, database: copy).snapshot()
              var visitor: Connection? = try Connection.open(stage.settings.database(copy))
              try visitor?.execute(write)
              visitor = nil
              try await stage.waitUntilAlone(in: copy)
              return SafetySnapshot.Proof(snapshot: content.name.text, level: 2)
            }
          )
        }
        let isStructure = write.hasPrefix("CREATE")
        let code = isStructure ? "restore.changed-meanwhile" : "restore.written-meanwhile"
        #expect(problem.code == code, "\(write): \(problem)")
        #expect(try await stage.databaseOperation().found.state == .swapped)
        #expect(try stage.copies() == [aside])
      }
      try await stage.acceptDatabase()
      #expect(try stage.copies() == [])
    }
  }

  @Test(
    "is closed only with nobody inside, and nobody there since the last look",
    arguments: TestServer.either()
  )
  func closesAlone(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      try await stage.replaceDatabase(try await stage.snapshot())
      let found = try await stage.databaseOperation().found
      let journal = try #require(found.journal)
      let aside = stage.settings.database(found.name)
      let connection = try Connection.open(stage.settings.database("postgres"))
      let drop = DatabaseDrop(copy: found)
      let early = try await DatabaseWrites.read(in: aside)
      var visitor: Connection? = try Connection.open(aside)
      let inside = #expect(throws: PostgresError.self) {
        try drop.begin(journal, early, connection)
      }
      #expect(inside?.sqlState == "55006")
      try visitor?.execute("SELECT 1")
      visitor = nil
      try await stage.waitUntilAlone(in: found.name)
      let since = #expect(throws: Problem.self) { try drop.begin(journal, early, connection) }
      #expect(since?.code == "restore.written-meanwhile")
      #expect(try stage.rows(found.name) == 500)
      try await stage.waitUntilAlone(in: found.name)
      try await stage.acceptDatabase()
    }
  }

  @Test(
    "that was created and no more is told by its name, and dropped",
    arguments: TestServer.either()
  )
  func createdOnly(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      let name = SetAsideName.name(base: stage.live, operation: "abcdefgh", copy: .new)
      for isResumed in [false, true] {
        try stage.maintain("CREATE DATABASE \(name) ALLOW_CONNECTIONS false")
        let operation = try await stage.databaseOperation("abcd")
        #expect(operation.found.state == .building && operation.found.name == name)
        if isResumed { _ = try await operation.resume() } else { try await stage.undoDatabase() }
        #expect(try stage.copies() == [])
      }
      // One that somebody made by hand, and can enter, is none of ours.
      try stage.maintain("CREATE DATABASE \(name)")
      #expect(try await DatabaseOperation.list(in: stage.settings) == [])
    }
  }

  @Test(
    "is told apart from those of schemas and of other operations",
    arguments: TestServer.either()
  )
  func tellsApart(server: TestServer) async throws {
    try await Stage.whole(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let first = try await stage.replaceDatabase(content)
      let second = try await stage.replaceDatabase(content)
      let which = try await refusal { _ = try await stage.databaseOperation() }
      #expect(which.code == "restore.which-operation")
      let older = try await refusal { try await stage.undoDatabase(first.operation) }
      #expect(older.code == "restore.not-latest")
      try await stage.undoDatabase(second.operation)
      try await stage.acceptDatabase(second.operation)
      let schema = try await stage.replace(content)
      #expect(try await DatabaseOperation.find(schema.operation, in: stage.settings) == nil)
      let both = try await refusal { _ = try await stage.databaseOperation() }
      #expect(both.code == "restore.which-operation")
      #expect(try await stage.operation(schema.operation).resume().state == .swapped)
      try await stage.undoDatabase(first.operation)
      #expect(try stage.comment().journals == [])
    }
  }

  @Test("values of settings come out of the catalog as SET understands them")
  func settingValues() {
    #expect(SettingValue.elements(of: #""$user", public"#) == ["$user", "public"])
    #expect(SettingValue.elements(of: #""a ""b"", c",d"#) == [#"a "b", c"#, "d"])
    #expect(SettingValue.elements(of: "\"\"") == [""])
    #expect(SettingValue.elements(of: "") == [])
    #expect(SettingValue.sql("", of: "search_path") == "''")
    #expect(SettingValue.sql(#""a b", c"#, of: "Search_Path") == "'a b', 'c'")
    #expect(SettingValue.sql("a, b", of: "shop.motto") == "'a, b'")
  }
}
