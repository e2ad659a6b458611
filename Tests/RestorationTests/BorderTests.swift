import Postgres
import Problems
import Snapshot
import TestSupport
import Testing

@testable import Restoration

@Suite("What crosses the border of a schema")
struct BorderTests {
  @Test(
    "views outside work on the new tables, with all that they had",
    arguments: TestServer.either()
  )
  func movesViews(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      let role = "reader_\(UInt32.random(in: 0 ... .max))"
      try stage.sql(shop)
      try stage.sql(
        """
        CREATE ROLE \(role); CREATE SCHEMA report;
        CREATE VIEW report.open WITH (security_barrier = true) AS
          SELECT id, note FROM shop.jobs WHERE state = 'ready';
        COMMENT ON VIEW report.open IS 'open jobs';
        GRANT SELECT ON report.open TO \(role);
        CREATE VIEW report.chain AS SELECT count(*) AS n FROM report.open;
        CREATE FUNCTION report.ignore() RETURNS trigger LANGUAGE plpgsql AS
          'BEGIN RETURN NULL; END';
        CREATE TRIGGER ignore INSTEAD OF DELETE ON report.open FOR EACH ROW
          EXECUTE FUNCTION report.ignore();
        CREATE RULE quiet AS ON UPDATE TO report.open DO INSTEAD
          UPDATE shop.jobs SET note = NEW.note WHERE id = OLD.id;
        """
      )
      let before = try stage.dump("report")
      let content = try await stage.snapshot()
      try stage.sql("DELETE FROM shop.jobs WHERE id > 100")
      try await stage.replace(content)
      #expect(try stage.sql("SELECT n FROM report.chain").int == 500)
      try stage.sql("UPDATE report.open SET note = 'by rule' WHERE id = 7")
      #expect(try stage.sql("SELECT note FROM shop.jobs WHERE id = 7").value == "by rule")
      #expect(try stage.dump("report") == before)
      try await stage.undo()
      #expect(try stage.sql("SELECT n FROM report.chain").int == 100)
      #expect(try stage.dump("report") == before)
      try await stage.accept()
      try stage.sql("DROP OWNED BY \(role); DROP ROLE \(role)")
    }
  }

  @Test(
    "foreign keys hold in both directions, and never on the copy that is set aside",
    arguments: TestServer.either()
  )
  func movesForeignKeys(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(foreignKeys)
      let content = try await stage.snapshot()
      try stage.sql("INSERT INTO base.regions VALUES (3); INSERT INTO shop.places VALUES (30, 3)")
      let result = try await stage.replace(content)
      try expectKeys(stage)
      // The old copy refers to region 3, and must not keep it.
      try stage.sql("DELETE FROM base.regions WHERE id = 3; INSERT INTO base.regions VALUES (3)")
      try await stage.undo()
      try expectKeys(stage)
      #expect(try stage.count("shop.places") == 3)
      #expect(try stage.count("shop__dd_\(result.operation)_new.places") == 2)
      try await stage.accept()
    }
  }

  @Test(
    "a row outside that the snapshot cannot hold refuses the plan",
    arguments: TestServer.either()
  )
  func foreseesViolation(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(foreignKeys)
      let content = try await stage.snapshot()
      let replacement = try stage.replacement(content)
      let token = try await replacement.plan().token
      try stage.sql(
        "INSERT INTO shop.places VALUES (30, 1); INSERT INTO base.visits VALUES (5, 30), (6, NULL)"
      )
      for problem in [
        try await refusal { _ = try await replacement.plan() },
        try await refusal { _ = try await replacement.run(token: token) },
      ] {
        #expect(problem.code == "restore.foreign-key")
        #expect(problem.summary.contains("visits_place_fkey"))
        #expect(problem.reason?.hasPrefix("1 of its rows") == true)
      }
      #expect(try stage.schemas() == ["base", "shop"])
      #expect(try stage.count("shop.places") == 3)
    }
  }

  @Test(
    "a violation that nobody could foresee refuses in the swap, which leaves nothing",
    arguments: TestServer.either()
  )
  func refusesViolation(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(foreignKeys)
      let content = try await stage.snapshot()
      // Outside rows that the snapshot's own rows refer to, and that are gone now.
      try stage.sql(
        "DELETE FROM base.visits; DELETE FROM shop.places; DELETE FROM base.regions WHERE id = 2"
      )
      let problem = try await refusal { try await stage.replace(content) }
      #expect(problem.kind == .refused)
      #expect(problem.description.contains("places_region_fkey"))
      #expect(problem.facts.contains { $0.name == "state" })
      #expect(try stage.schemas() == ["base", "shop"])
      #expect(try stage.count("shop.places") == 0)
      try expectKeys(stage)
    }
  }

  @Test("publications publish the new tables", arguments: TestServer.either())
  func movesPublications(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(shop)
      try stage.sql(
        """
        CREATE PUBLICATION parts FOR TABLE shop.jobs (id, note) WHERE (id > 10), shop.customers;
        CREATE PUBLICATION whole FOR TABLES IN SCHEMA shop;
        """
      )
      let membership = """
        SELECT string_agg(p.pubname || ' ' || t.schemaname || '.' || t.tablename || ' '
          || coalesce(t.rowfilter, '') || ' ' || t.attnames::text, ', ' ORDER BY 1, t.tablename)
        FROM pg_publication p JOIN pg_publication_tables t USING (pubname)
        """
      let before = try stage.sql(membership).value
      let result = try await stage.replace(try await stage.snapshot())
      #expect(result.omissions.contains { $0.contains("publication whole") })
      #expect(try stage.sql(membership).value == before)
      try await stage.undo()
      #expect(try stage.sql(membership).value == before)
      try await stage.accept()
      #expect(try stage.sql(membership).value == before)
    }
  }

  @Test("default rights follow the live database", arguments: TestServer.either())
  func keepsDefaultRights(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      let role = "reader_\(UInt32.random(in: 0 ... .max))"
      try stage.sql(shop)
      let content = try await stage.snapshot()
      try stage.sql(
        """
        CREATE ROLE \(role);
        ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO \(role);
        """
      )
      try await stage.replace(content)
      try stage.sql("CREATE TABLE shop.fresh (id int)")
      func mayRead(_ table: String) throws -> Bool {
        try stage.sql("SELECT has_table_privilege('\(role)', '\(table)', 'SELECT')").bool
      }
      #expect(try mayRead("shop.fresh"))
      #expect(try !mayRead("shop.jobs"))
      try stage.sql("DROP OWNED BY \(role); DROP ROLE \(role)")
    }
  }

  @Test("everything else is refused by name", arguments: TestServer.either())
  func refusesTheRest(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        shop
          + "CREATE FUNCTION shop.one() RETURNS int IMMUTABLE RETURN 1; CREATE FUNCTION shop.compare(int, shop.state) RETURNS boolean RETURN true;"
      )
      try stage.sql("CREATE SCHEMA far; CREATE TABLE far.plain (id int)")
      let content = try await stage.snapshot()
      for (create, drop, name) in crossings {
        try stage.sql(create)
        let problem = try await refusal { _ = try await stage.replacement(content).plan() }
        #expect(problem.code == "restore.border", "\(create)")
        #expect(problem.kind == .refused)
        #expect(problem.facts.contains { $0.value.contains(name) }, "\(create): \(problem)")
        try stage.sql(drop)
      }
      let plan = try await stage.replacement(content).plan()
      #expect(plan.outside.isEmpty)
      let whole = try await refusal {
        _ = try await stage.replacement(content, schema: "public").plan()
      }
      #expect(whole.code == "restore.border")
    }
  }

  private let crossings = [
    (
      "CREATE MATERIALIZED VIEW far.copy AS SELECT id FROM shop.jobs",
      "DROP MATERIALIZED VIEW far.copy", "materialized view far.copy"
    ),
    (
      "CREATE TABLE far.part PARTITION OF shop.events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
      "DROP TABLE far.part", "table far.part"
    ),
    ("CREATE TABLE far.heir () INHERITS (shop.customers)", "DROP TABLE far.heir", "far.heir"),
    (
      "CREATE TABLE far.parent (id int); CREATE TABLE shop.child () INHERITS (far.parent)",
      "DROP TABLE shop.child, far.parent", "shop.child"
    ),
    ("CREATE TABLE far.typed (s shop.state)", "DROP TABLE far.typed", "table far.typed"),
    (
      "CREATE FUNCTION far.typed() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM shop.jobs; END",
      "DROP FUNCTION far.typed()", "function far.typed()"
    ),
    (
      "CREATE TRIGGER hop BEFORE INSERT ON far.plain FOR EACH ROW EXECUTE FUNCTION shop.touch()",
      "DROP TRIGGER hop ON far.plain", "trigger hop"
    ),
    (
      "CREATE POLICY near ON far.plain USING (id IN (SELECT id FROM shop.customers))",
      "DROP POLICY near ON far.plain", "policy near"
    ),
    (
      "CREATE TABLE far.defaulted (id int DEFAULT shop.one())", "DROP TABLE far.defaulted",
      "default value"
    ),
    (
      "CREATE TABLE far.checked (id int CONSTRAINT odd CHECK (id = shop.one()))",
      "DROP TABLE far.checked", "constraint odd"
    ),
    ("CREATE INDEX near ON far.plain ((shop.one()))", "DROP INDEX far.near", "index far.near"),
    ("CREATE DOMAIN far.limited AS shop.state", "DROP DOMAIN far.limited", "type far.limited"),
    (
      "CREATE STATISTICS far.pair ON id, customer FROM shop.jobs", "DROP STATISTICS far.pair",
      "statistics object far.pair"
    ),
    (
      "CREATE OPERATOR far.=== (LEFTARG = int, RIGHTARG = shop.state, FUNCTION = shop.compare)",
      "DROP OPERATOR far.=== (int, shop.state)", "operator far.==="
    ),
    ("CREATE EXTENSION citext SCHEMA shop", "DROP EXTENSION citext", "extension citext"),
  ]

  private func expectKeys(_ stage: Stage) throws {
    let keys = try stage.sql(
      """
      SELECT string_agg(conname || ' ' || convalidated || ' ' || pg_get_constraintdef(oid)
        || ' ' || coalesce(obj_description(oid), ''), '; ' ORDER BY conname)
      FROM pg_constraint WHERE contype = 'f'
      """
    ).value
    #expect(
      keys == """
        places_region_fkey true FOREIGN KEY (region) REFERENCES base.regions(id) ; \
        visits_place_fkey true FOREIGN KEY (place) REFERENCES shop.places(id) \
        ON DELETE CASCADE DEFERRABLE where to
        """
    )
  }

  private let foreignKeys = """
    CREATE SCHEMA base; CREATE SCHEMA shop;
    CREATE TABLE base.regions (id int PRIMARY KEY);
    CREATE TABLE shop.places (id int PRIMARY KEY, region int REFERENCES base.regions);
    CREATE TABLE base.visits (id int PRIMARY KEY,
      place int REFERENCES shop.places ON DELETE CASCADE DEFERRABLE);
    COMMENT ON CONSTRAINT visits_place_fkey ON base.visits IS 'where to';
    INSERT INTO base.regions VALUES (1), (2);
    INSERT INTO shop.places VALUES (10, 1), (20, 2);
    INSERT INTO base.visits VALUES (1, 10), (2, 20);
    """
}
