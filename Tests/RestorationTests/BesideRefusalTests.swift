import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

@Suite("What cannot be built beside the live schema")
struct BesideRefusalTests {
  private static let function = """
    CREATE SCHEMA shop;
    CREATE TABLE shop.limits (most int);
    INSERT INTO shop.limits VALUES (10);
    CREATE FUNCTION shop.fits(n int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql
      AS 'BEGIN RETURN n <= (SELECT max(most) FROM shop.limits); END';
    CREATE TABLE shop.jobs (id int);

    """

  /// What reaches the live schema, and a word that the refusal has to say.
  private static let reaching = [
    ("ALTER TABLE shop.jobs ADD CONSTRAINT fits CHECK (shop.fits(id))", "constraint fits"),
    ("ALTER TABLE shop.jobs ADD y boolean GENERATED ALWAYS AS (shop.fits(id)) STORED", "column y"),
    ("CREATE INDEX by_fit ON shop.jobs (shop.fits(id))", "index shop.by_fit"),
    ("CREATE INDEX by_fit ON shop.jobs (id) WHERE shop.fits(id)", "index shop.by_fit"),
    (
      "CREATE DOMAIN shop.few AS int CHECK (shop.fits(VALUE)); ALTER TABLE shop.jobs ADD z shop.few",
      "constraint few_check"
    ),
    (
      """
      CREATE DOMAIN public.few AS int CHECK (shop.fits(VALUE));
      CREATE TYPE shop.pair AS (a int, b public.few[]); ALTER TABLE shop.jobs ADD z shop.pair;
      """, ""
    ),
    (
      """
      CREATE OPERATOR shop.<<= (LEFTARG = int, RIGHTARG = int, FUNCTION = shop.both);
      ALTER TABLE shop.jobs ADD CONSTRAINT fits CHECK (id OPERATOR(shop.<<=) 3)
      """, "constraint fits"
    ),
    (
      "CREATE TABLE shop.parts (id int) PARTITION BY LIST (shop.fits(id))", "table shop.parts"
    ),
    ("ALTER TABLE shop.jobs ADD place regclass", "column place"),
    ("ALTER TABLE shop.jobs ADD places regtype[]", "column places"),
  ]

  @Test("it is refused with its name, and nothing is left", arguments: [TestServer.v15])
  func refuses(server: TestServer) async throws {
    for (statement, word) in Self.reaching {
      try await Stage.with(server) { stage in
        try stage.sql(
          Self.function
            + """
            CREATE FUNCTION shop.both(a int, b int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql
              AS 'BEGIN RETURN shop.fits(a) AND shop.fits(b); END';

            """ + statement
        )
        let content = try await stage.snapshot()
        let problem = try await refusal { try await stage.replaceBeside(content) }
        // A domain outside that calls a function inside crosses the border already.
        guard !word.isEmpty else {
          #expect(problem.code == "restore.border", "\(statement): \(problem)")
          return
        }
        #expect(problem.code == "restore.beside", "\(statement): \(problem)")
        #expect(problem.facts.contains { $0.value.contains(word) }, "\(statement): \(problem)")
        #expect(problem.hint?.contains("--way transaction") == true)
        #expect(try stage.schemas() == ["shop"], "\(statement)")
        try await stage.replace(content)
      }
    }
  }

  @Test(
    "functions with a body of SQL's standard, of the server or of an extension are no obstacle",
    arguments: TestServer.either()
  )
  func allows(server: TestServer) async throws {
    try await Stage.with(server) { stage in
      try stage.sql(
        """
        CREATE SCHEMA shop;
        CREATE FUNCTION shop.double(n int) RETURNS int IMMUTABLE LANGUAGE sql
          BEGIN ATOMIC SELECT n * 2; END;
        CREATE TABLE shop.jobs (id int CHECK (shop.double(id) < 100), name text,
          twice int GENERATED ALWAYS AS (shop.double(id)) STORED);
        CREATE INDEX by_name ON shop.jobs (lower(name)) WHERE abs(id) > 3;
        CREATE FUNCTION shop.free() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE shop.plain (id int DEFAULT shop.free(), owner regrole);
        INSERT INTO shop.jobs SELECT i, 'n' || i FROM generate_series(1, 20) i;
        INSERT INTO shop.plain DEFAULT VALUES;
        """
      )
      let content = try await stage.snapshot()
      try stage.sql("DELETE FROM shop.jobs")
      try await stage.replaceBeside(content)
      #expect(try stage.sql("SELECT sum(twice) FROM shop.jobs").int == 420)
    }
  }

  @Test(
    "foreign keys to other schemas are told from their own",
    arguments: [
      (
        "ALTER TABLE ONLY shop.a\n    ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES shop.b(y);", false
      ),
      (
        "ALTER TABLE ONLY shop.a\n    ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES public.b(y);",
        true
      ),
      (
        "ALTER TABLE ONLY shop.a\n    ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES shopping.b(y);",
        true
      ),
      (
        "ALTER TABLE ONLY shop.a ADD CONSTRAINT \" REFERENCES shop.\" FOREIGN KEY (x) REFERENCES o.b(y);",
        true
      ),
      (
        "--\n-- Name: a \"k; Type: FK CONSTRAINT\n--\n\nALTER TABLE ONLY shop.a ADD CONSTRAINT \"k\" FOREIGN KEY (x) REFERENCES \"shop\".b(y);",
        false
      ),
    ]
  )
  func findsOutgoingKeys(statement: String, isOutside: Bool) {
    #expect(DefinitionBatches.refersOutside(statement, "shop") == isOutside)
  }
}
