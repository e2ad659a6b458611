import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("A live schema is replaced in one transaction")
struct SchemaSwapTests {
  @Test("the new copy is the snapshot's, the old one is kept whole", arguments: TestServer.either())
  func replaces(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let definition = try stage.dump()
      let content = try await stage.snapshot()
      try stage.sql(
        """
        INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7);
        ALTER TABLE shop.customers ADD COLUMN mail text;
        """
      )
      let result = try await stage.replace(content)
      #expect(result.setAside == "shop__dd_\(result.operation)_old")
      #expect(try stage.schemas() == ["shop", result.setAside])
      #expect(try stage.count("shop.jobs") == 500)
      #expect(try stage.count("\(result.setAside).jobs") == 507)
      #expect(try stage.count("shop.totals") == 1)
      #expect(try stage.sql("SELECT n FROM shop.waiting").int == 500)
      #expect(try stage.dump() == definition)
      #expect(try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1) RETURNING id").int == 501)
      let found = try #require(try await SetAsideOperation.list(in: stage.settings).first)
      #expect(found.operation == result.operation)
      #expect(found.state == .swapped)
      #expect(found.name == result.setAside && found.schema == "shop")
      #expect(found.bytes > 0 && found.age < 60)
      #expect(found.snapshot == content.name.text)
      #expect(try stage.repository.records(kind: .restore) == ["\(result.operation)-swapped"])
    }
  }

  @Test("the comment that people wrote stays before the journal", arguments: TestServer.either())
  func keepsComment(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try await stage.replace(try await stage.snapshot())
      let comment = JournaledComment(try stage.sql(commentOfShop).value)
      #expect(comment.text == "Jobs of the shop")
      #expect(comment.journals.map(\.copy) == [.live])
      // The next snapshot carries this line; what is restored from it must not.
      let second = try await stage.replace(try await stage.snapshot())
      let again = JournaledComment(try stage.sql(commentOfShop).value)
      #expect(again.text == "Jobs of the shop")
      #expect(again.journals.map(\.operation) == [second.operation])
      #expect(try await SetAsideOperation.list(in: stage.settings).count == 2)
    }
  }

  @Test("nobody but the owner may use the copy that is set aside", arguments: TestServer.either())
  func closesOldCopy(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      let role = "visitor_\(UInt32.random(in: 0 ... .max))"
      try stage.sql(shop)
      try stage.sql(
        "CREATE ROLE \(role); GRANT USAGE ON SCHEMA shop TO \(role); GRANT USAGE ON SCHEMA shop TO PUBLIC"
      )
      let result = try await stage.replace(try await stage.snapshot())
      func mayUse(_ schema: String) throws -> Bool {
        try stage.sql("SELECT has_schema_privilege('\(role)', '\(schema)', 'USAGE')").bool
      }
      #expect(try mayUse("shop"))
      #expect(try !mayUse(result.setAside))
      try await stage.undo()
      #expect(try mayUse("shop"))
      #expect(try !mayUse("shop__dd_\(result.operation)_new"))
      try stage.sql("DROP OWNED BY \(role); DROP ROLE \(role)")
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
      let content = try await stage.snapshot()
      let writers = Writers(stage.settings)
      let result = try await writers.write(into: "shop.log", 4) {
        try await stage.replace(content)
      }
      func rows(_ table: String) throws -> [String] {
        try stage.sql("SELECT writer || ' ' || number AS key FROM \(table)")
          .map { $0.string("key") }
      }
      let (live, old) = (try rows("shop.log"), try rows("\(result.setAside).log"))
      #expect(!live.isEmpty && !old.isEmpty)
      #expect(Set(live).isDisjoint(with: old))
      #expect(Set(live).union(old) == writers.rows)
      #expect(live.count + old.count == writers.rows.count)
    }
  }

  @Test(
    "an open transaction makes it wait, and then give up cleanly",
    arguments: TestServer.either()
  )
  func waitsForOpenTransaction(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let replacement = try stage.replacement(content) { $0.lockTimeout = 300 }
      let plan = try await replacement.plan()
      let before = try stage.picture()
      let other = try Connection.open(stage.settings)
      try other.execute("BEGIN; INSERT INTO shop.customers VALUES (99, 'late')")
      let problem = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(problem.kind == .busy)
      #expect(problem.isRetryable)
      try other.execute("COMMIT")
      #expect(try stage.picture() == before)
      #expect(try stage.count("shop.customers") == 21)
      _ = try await replacement.run(token: plan.token)
      #expect(try stage.count("shop.customers") == 20)
    }
  }

  @Test("two operations on one schema cannot run at once", arguments: TestServer.either())
  func excludesAnother(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let replacement = try stage.replacement(try await stage.snapshot())
      let plan = try await replacement.plan()
      let other = try Connection.open(stage.settings)
      try other.execute("BEGIN")
      try ExchangeLocks(connection: other, timeout: 100).announce("shop")
      let problem = try await refusal { _ = try await replacement.run(token: plan.token) }
      #expect(problem.code == "restore.another-operation")
      #expect(problem.kind == .busy)
      try other.execute("ROLLBACK")
    }
  }

  @Test("long names are shortened at a character's end", arguments: TestServer.either())
  func shortensNames(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      let long = String(repeating: "ü", count: 31)
      try stage.sql("CREATE SCHEMA \"\(long)\"; CREATE TABLE \"\(long)\".t (id int)")
      let content = try await stage.snapshot()
      let result = try await stage.replace(content, schema: long)
      #expect(result.setAside.utf8.count <= 63)
      #expect(try stage.schemas().sorted() == [long, result.setAside].sorted())
      try await stage.undo()
      let accepted = try await stage.accept()
      #expect(accepted.state == .accepted)
      #expect(try stage.schemas() == [long])
    }
  }

  @Test("a schema can lean on an extension elsewhere", arguments: TestServer.either())
  func leansOnExtension(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        """
        CREATE SCHEMA tools; CREATE EXTENSION citext SCHEMA tools;
        CREATE EXTENSION hstore SCHEMA tools; CREATE SCHEMA shop;
        CREATE TABLE shop.jobs (
          n int PRIMARY KEY, name tools.citext, more tools.hstore DEFAULT tools.hstore('a', 'b'));
        INSERT INTO shop.jobs (n) SELECT generate_series(1, 10);
        """
      )
      let content = try await stage.snapshot()
      try stage.sql("DELETE FROM shop.jobs")
      try await stage.replace(content)
      try stage.sql("INSERT INTO shop.jobs (n) VALUES (11)")
      #expect(try stage.count("shop.jobs") == 11)
      let refused = try await refusal {
        _ = try await stage.replacement(content, schema: "tools").plan()
      }
      #expect(refused.code == "restore.border")
    }
  }

  @Test(
    "a connection that dies in any phase leaves the old state, and the next attempt succeeds",
    arguments: TestServer.either()
  )
  func survivesKill(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      let before = try stage.picture()
      let phases = [
        "waiting for locks", "definition", "loading rows", "indexes and constraints", "comparing",
        "border and ledger",
      ]
      for phase in phases {
        let replacement = SchemaReplacement(
          of: content,
          schema: "shop",
          into: stage.settings.with("application_name", Stage.victim),
          options: try stage.options()
        ) { progress in
          if progress.phase == phase { stage.endVictims() }
        }
        let token = try await replacement.plan().token
        let problem = try await refusal { _ = try await replacement.run(token: token) }
        #expect(problem.kind == .partial || problem.kind == .failed, "\(phase): \(problem)")
        #expect(try stage.picture() == before, "\(phase)")
        #expect(try await SetAsideOperation.list(in: stage.settings).isEmpty)
      }
      try await stage.replace(content)
      #expect(try stage.count("shop.jobs") == 500)
    }
  }

  @Test("an owner who is no superuser can do it", arguments: TestServer.either())
  func worksForOwner(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      let role = "owner_\(UInt32.random(in: 0 ... .max))"
      let database = stage.settings.keywords["dbname"] ?? ""
      try stage.sql("CREATE ROLE \(role) LOGIN; GRANT CREATE ON DATABASE \(database) TO \(role)")
      let settings = stage.settings.with("user", role)
      try Connection.open(settings).execute(shop)
      let content = try await stage.snapshot()
      let replacement = SchemaReplacement(
        of: content,
        schema: "shop",
        into: settings,
        options: try stage.options()
      )
      _ = try await replacement.run(token: try await replacement.plan().token)
      let operation = SetAsideOperation(nil, in: settings, repository: stage.repository)
      _ = try await operation.undo(token: try await operation.undoPlan().token)
      _ = try await operation.accept(
        token: try await operation.acceptPlan().token,
        safety: SafetySnapshot { _ in SafetySnapshot.Proof(snapshot: "s", level: 2) }
      )
      #expect(try stage.schemas() == ["shop"])
      try stage.sql("DROP OWNED BY \(role) CASCADE; DROP ROLE \(role)")
    }
  }

  private var commentOfShop: String {
    "SELECT obj_description('shop'::regnamespace, 'pg_namespace')"
  }
}
