import Foundation
import Postgres
import Problems
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Restoration

extension Stage {
  /// Replaces a schema by a copy that is built beside it.
  @discardableResult
  func replaceBeside(
    _ content: SnapshotContent,
    schema: String = "shop",
    _ change: (inout ReplacementOptions) -> Void = { _ in }
  ) async throws -> ReplacementResult {
    let replacement = try beside(content, schema: schema, change)
    return try await replacement.run(token: try await replacement.plan().token)
  }

  func beside(
    _ content: SnapshotContent,
    schema: String = "shop",
    _ change: (inout ReplacementOptions) -> Void = { _ in }
  ) throws -> SchemaReplacement {
    var options = try options()
    options.way = .beside
    change(&options)
    return SchemaReplacement(of: content, schema: schema, into: settings, options: options)
  }

  /// An operation that knows how to build a copy again.
  func besideOperation(_ id: String? = nil, drop: SafetySnapshot? = nil) throws
    -> SetAsideOperation
  {
    var options = try options()
    options.drop = drop
    return SetAsideOperation(id, in: settings, repository: repository, options: options)
  }

  /// Builds the copy and stops before the exchange, as a kill there would.
  func prove(_ content: SnapshotContent) async throws -> SetAside {
    try await stop(content, at: "waiting for locks")
    let found = try await SetAsideOperation.list(in: settings)
    return try #require(found.last)
  }

  /// Stops the build in a phase, as a lost connection does.
  func stop(_ content: SnapshotContent, at phase: String) async throws {
    let stage = self
    var options = try options()
    options.way = .beside
    options.jobs = 1
    let replacement = SchemaReplacement(
      of: content,
      schema: "shop",
      into: settings.with("application_name", Stage.victim),
      options: options
    ) { progress in
      if progress.phase == phase { stage.endVictims() }
    }
    let token = try await replacement.plan().token
    let problem = try await refusal { _ = try await replacement.run(token: token) }
    #expect(problem.kind == .partial || problem.kind == .failed, "\(phase): \(problem)")
  }
}

@Suite("A live schema is replaced by a copy built beside it")
struct BesideTests {
  @Test("the new copy is the snapshot's, the old one is kept whole", arguments: TestServer.either())
  func replaces(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let role = "visitor_\(UInt32.random(in: 0 ... .max))"
      try stage.sql("CREATE ROLE \(role); GRANT USAGE ON SCHEMA shop TO \(role)")
      let definition = try stage.dump()
      let content = try await stage.snapshot()
      try stage.sql(
        """
        INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7);
        ALTER TABLE shop.customers ADD COLUMN mail text;
        """
      )
      let result = try await stage.replaceBeside(content)
      #expect(result.setAside == "shop__dd_\(result.operation)_old")
      #expect(try stage.schemas() == ["shop", result.setAside])
      #expect(try stage.count("shop.jobs") == 500)
      #expect(try stage.count("\(result.setAside).jobs") == 507)
      #expect(try stage.sql("SELECT n FROM shop.waiting").int == 500)
      #expect(try stage.count("shop.events_2026") == 100)
      #expect(try stage.dump() == definition)
      #expect(try stage.sql("INSERT INTO shop.jobs (customer) VALUES (1) RETURNING id").int == 501)
      let may = "SELECT has_schema_privilege('\(role)', "
      #expect(try stage.sql("\(may) 'shop', 'USAGE')").bool)
      #expect(try !stage.sql("\(may) '\(result.setAside)', 'USAGE')").bool)
      let comment = JournaledComment(
        try stage.sql("SELECT obj_description('shop'::regnamespace, 'pg_namespace')").value
      )
      #expect(comment.text == "Jobs of the shop")
      #expect(comment.journals.map(\.state) == [.swapped])
      let undone = try await stage.undo()
      #expect(try stage.schemas() == ["shop", undone.setAside])
      #expect(try stage.count("shop.jobs") == 507)
      try await stage.accept()
      #expect(try stage.schemas() == ["shop"])
      try stage.sql("DROP OWNED BY \(role); DROP ROLE \(role)")
    }
  }

  @Test("the size decides the way, and the token is of that way only", arguments: [TestServer.v15])
  func choosesBySize(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      let content = try await stage.snapshot()
      #expect(try await stage.replacement(content).plan().way == .transaction)
      let large = try await stage.replacement(content) { $0.sizeLimit = 100 }.plan()
      #expect(large.way == .beside)
      let other = try await refusal {
        _ = try await stage.replacement(content).run(token: large.token)
      }
      #expect(other.code == "restore.token-other-plan")
      #expect(try stage.schemas() == ["shop"])
    }
  }

  @Test("what crosses the border is made again, both ways", arguments: TestServer.either())
  func movesBorder(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql(
        """
        CREATE TABLE public.country (code text PRIMARY KEY);
        INSERT INTO public.country VALUES ('de'), ('at');
        ALTER TABLE shop.customers ADD COLUMN country text DEFAULT 'de' REFERENCES public.country;
        CREATE TABLE public.orders (id int, customer int REFERENCES shop.customers);
        INSERT INTO public.orders VALUES (1, 20);
        CREATE VIEW public.outside AS SELECT id, note FROM shop.jobs;
        """
      )
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO shop.jobs (customer) SELECT 1 FROM generate_series(1, 7)")
      try await stage.replaceBeside(content)
      #expect(try stage.count("public.outside") == 500)
      let keys = """
        SELECT string_agg(conrelid::regclass || ' ' || confrelid::regclass || ' ' || convalidated,
          ', ' ORDER BY conname) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0
          AND 'public'::regnamespace IN (connamespace,
            (SELECT relnamespace FROM pg_class WHERE oid = confrelid))
        """
      let expected = "shop.customers country true, orders shop.customers true"
      #expect(try stage.sql(keys).value == expected)
      try await stage.undo()
      #expect(try stage.count("public.outside") == 507)
      #expect(try stage.sql(keys).value == expected)
    }
  }

  @Test(
    "a table outside is never refused a delete by a copy that is not live",
    arguments: [TestServer.v15]
  )
  func leavesOutsideAlone(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        """
        CREATE TABLE public.country (code text PRIMARY KEY);
        INSERT INTO public.country VALUES ('de'), ('at');
        CREATE SCHEMA shop;
        CREATE TABLE shop.town (name text, country text REFERENCES public.country);
        INSERT INTO shop.town VALUES ('Wien', 'at');
        """
      )
      let content = try await stage.snapshot()
      try stage.sql("DELETE FROM shop.town")
      let found = try await stage.prove(content)
      #expect(found.state == .proven)
      try stage.sql("DELETE FROM public.country WHERE code = 'at'")
      // Now the snapshot's row refers to nothing, and the exchange is refused.
      let problem = try await refusal { _ = try await stage.besideOperation().resume() }
      #expect(problem.kind == .refused)
      #expect(
        problem.facts.contains { $0.name == "state" && $0.value.contains("is live as it was") }
      )
      #expect(try await SetAsideOperation.list(in: stage.settings).map(\.state) == [.proven])
      #expect(try stage.count("shop.town") == 0)
    }
  }
}
