import Migration
import Postgres
import Problems
import TestSupport
import Testing

@Suite("A backfill does each row once, batch by batch")
struct BackfillTests {
  @Test("All rows, in batches that grow, each noted in the ledger", arguments: TestServer.allCases)
  func whole(_ server: TestServer) throws {
    try withBackfill(server, 5_000) { backfill in
      let outcome = try #require(try backfill.runner.migrate(BackfillFixture.files).first)
      #expect(outcome.isComplete)
      #expect(outcome.backfill?.rows == 5_000)
      #expect((outcome.backfill?.peakBytes ?? 0) > 100_000, "a server process has some memory")
      #expect(try backfill.rows() == "5000 done, 0 left, 0 twice")
      #expect(try backfill.runner.ledger() == "1:applied")
      // 100, 200, 400, 800, 1600, and what is left.
      #expect(try backfill.batches() == "6 of 5000")
      #expect(try backfill.runner.migrate(BackfillFixture.files).isEmpty)
    }
  }

  @Test("A key of several columns, quoted names, an alias, texts with quotes and backslashes")
  func oddKeys() throws {
    try withRunner(.v15) { fixture in
      try fixture.eye.execute(
        """
        CREATE TABLE "My Shop" ("Kind" text, number numeric, price money, PRIMARY KEY ("Kind", number));
        INSERT INTO "My Shop" SELECT kind, i
          FROM unnest(ARRAY['', 'a"b', 'c\\d', '{e,f}', 'NULL', 'ü''']) kind, generate_series(1, 50) i;
        CREATE TABLE prices ("Kind" text, price money);
        INSERT INTO prices SELECT DISTINCT "Kind", 5::money FROM "My Shop"
        """
      )
      let refused = try fixture.problem([
        "1_x.backfill.sql": "-- drydock: backfill \"My Shop\" by \"Kind\"\n"
          + "-- drydock: left true\nDELETE FROM x WHERE :batch;"
      ])
      #expect(refused.code == "patch.directive", "a name with a blank needs a view or another name")
      try fixture.eye.execute("ALTER TABLE \"My Shop\" RENAME TO \"MyShop\"")
      try fixture.migrate([
        "1_x.backfill.sql": """
        -- drydock: backfill "MyShop" as s by "Kind", number
        -- drydock: left s.price IS NULL -- not yet priced
        UPDATE "MyShop" s SET price = prices.price FROM prices
        WHERE prices."Kind" = s."Kind" AND :batch;
        """
      ])
      #expect(try fixture.value("SELECT count(*) FROM \"MyShop\" WHERE price = 5::money") == "300")
    }
  }

  @Test("Any statement that takes rows out of the predicate: a function over a range, a copy")
  func otherStatements() throws {
    try withBackfill(.v15, 300) { backfill in
      try backfill.runner.eye.execute(
        """
        CREATE TABLE copied (id int PRIMARY KEY);
        CREATE FUNCTION fill(first int, last int) RETURNS void LANGUAGE sql AS
          'UPDATE item SET inverse = 1, times = times + 1 WHERE id BETWEEN first AND last'
        """
      )
      try backfill.runner.migrate([
        "1_range.backfill.sql": BackfillFixture.head + "SELECT fill(:from, :to);",
        "2_copy.backfill.sql": """
        -- drydock: backfill item by id
        -- drydock: left NOT EXISTS (SELECT FROM copied WHERE copied.id = item.id)
        INSERT INTO copied SELECT id FROM item WHERE :batch;
        """,
      ])
      #expect(try backfill.rows() == "300 done, 0 left, 0 twice")
      #expect(try backfill.runner.value("SELECT count(*) FROM copied") == "300")
    }
  }

  @Test("What no file may ask for is refused by its text, with the place")
  func unsound() throws {
    let head = BackfillFixture.head
    let cases: [(String, String, String)] = [
      ("1_x.backfill.sql", "UPDATE item SET a = 1 WHERE :batch;", "'backfill'"),
      ("1_x.backfill.sql", "-- drydock: backfill item by id\nUPDATE item SET a = 1;", "'left'"),
      ("1_x.backfill.sql", head + "UPDATE item SET inverse = 1;", "begins and ends"),
      (
        "1_x.backfill.sql", head + "UPDATE item SET inverse = 1 WHERE id > :from;",
        "begins and ends"
      ),
      ("1_x.backfill.sql", head + "SELECT 1; DELETE FROM item WHERE :batch;", "not 2"),
      ("1_x.backfill.sql", head, "not 0"),
      ("1_x.backfill.sql", head + "VACUUM item;", "batch by batch"),
      ("1_x.backfill.sql", head + "COMMIT;", "batch by batch"),
      (
        "1_x.backfill.sql", "-- drydock: lock-first\n" + head + "DELETE FROM item WHERE :batch;",
        "'lock-first'"
      ),
      ("1_x.sql", head + "UPDATE item SET inverse = 1;", "'backfill'"),
      ("1_x.sql", "-- drydock: dead-letters 3\nSELECT 1;", "'dead-letters'"),
      ("1_x.backfill.sql", "-- drydock: backfill item\nSELECT 1;", "a table and its key"),
      ("1_x.backfill.sql", "-- drydock: backfill item by a;b\nSELECT 1;", "a table and its key"),
      ("1_x.backfill.sql", "-- drydock: left (a = 1\nSELECT 1;", "a condition"),
      ("1_x.backfill.sql", "-- drydock: left a = 1) OR (true\nSELECT 1;", "a condition"),
      ("1_x.backfill.sql", "-- drydock: left a; b\nSELECT 1;", "a condition"),
      ("1_x.backfill.sql", "-- drydock: batch-time soon\nSELECT 1;", "'batch-time' needs a time"),
      ("R__x.backfill.sql", head + "DELETE FROM item WHERE :batch;", "done once"),
    ]
    for (file, text, words) in cases {
      let problems = try PatchFolder([file: text]).problems()
      #expect(problems.contains { $0.summary.contains(words) }, "\(file): \(text): \(problems)")
      #expect(problems.allSatisfy { $0.hint != nil }, "\(problems)")
    }
  }

  @Test("Two patches of one version are told, whatever their kind")
  func sameVersion() throws {
    let folder = try PatchFolder([
      "1_x.sql": "SELECT 1;", "1_x.backfill.sql": BackfillFixture.files.first!.value,
    ])
    #expect(try folder.problems().map(\.code) == ["patch.duplicate-version"])
  }

  @Test(
    "A table that cannot be cut into batches is refused, and nothing is noted",
    arguments: [
      ("nowhere by id", "backfill.table"), ("item_view by id", "backfill.table"),
      ("item by nothing", "backfill.column"), ("item by number", "backfill.key"),
      ("item by id, number", "backfill.key"), ("loose by id", "backfill.key"),
      ("partly by id", "backfill.key"),
    ]
  )
  func unsuitable(target: String, code: String) throws {
    try withBackfill(.v15, 3) { backfill in
      try backfill.runner.eye.execute(
        """
        CREATE VIEW item_view AS SELECT * FROM item;
        CREATE TABLE loose (id int UNIQUE, inverse int);
        CREATE TABLE partly (id int NOT NULL, inverse int);
        CREATE UNIQUE INDEX ON partly (id) WHERE id > 0
        """
      )
      let problem = try backfill.runner.problem([
        "1_x.backfill.sql": """
        -- drydock: backfill \(target)
        -- drydock: left inverse IS NULL
        UPDATE item SET inverse = 1 WHERE :batch;
        """
      ])
      #expect(problem.code == code)
      #expect(problem.hint != nil)
      #expect(try backfill.runner.ledger() == "")
    }
  }
}
