import Postgres
import TestSupport
import Testing

@testable import Rehearsal

@Suite("Hazards are found where they are, and nowhere else")
struct HazardRuleTests {
  /// A patch, and every hazard that it must be found to have, in the order of the report.
  struct Case: Sendable, CustomTestStringConvertible {
    var patch: String
    var ids: [String]

    init(_ patch: String, _ ids: String...) {
      self.patch = patch
      self.ids = ids
    }

    var testDescription: String { patch }
    var isOutsideTransaction: Bool { patch.contains("no-transaction") }
  }

  /// What is there before each patch: a table with rows, one that refers to it, and much else.
  static let setUp = """
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE TYPE pair AS (a int, b int);
    CREATE DOMAIN positive AS int;
    CREATE SEQUENCE ticket;
    CREATE TABLE item (id int PRIMARY KEY, price int NOT NULL, note text, sort int,
      feeling mood, amount positive, old timestamp, CONSTRAINT note_short CHECK (length(note) < 99));
    CREATE INDEX item_note ON item (note);
    CREATE UNIQUE INDEX item_sort ON item (sort);
    CREATE TABLE part (id bigint, item int REFERENCES item, other int);
    CREATE INDEX part_item ON part (item);
    CREATE TABLE day (at date NOT NULL, v int) PARTITION BY RANGE (at);
    CREATE TABLE day_1 PARTITION OF day FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE VIEW cheap AS SELECT id FROM item WHERE sort < 5;
    CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql AS 'SELECT 2 * a';
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER watch BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION nothing();
    CREATE MATERIALIZED VIEW total AS SELECT sum(sort) FROM item;
    CREATE SCHEMA attic; CREATE TABLE attic.box (id bigint); INSERT INTO attic.box VALUES (1);
    INSERT INTO item SELECT i, i % 9, 'n' || i, i FROM generate_series(1, 12000) i;
    INSERT INTO part SELECT i, i FROM generate_series(1, 100) i;
    ANALYZE;
    """

  static let cases = [
    // Rewrites and reads under a lock.
    Case("ALTER TABLE item ALTER price TYPE bigint;", "table-rewrite", "type-change"),
    Case("ALTER TABLE item ADD COLUMN token float DEFAULT random();", "table-rewrite"),
    Case("ALTER TABLE item ADD COLUMN level int DEFAULT 7;", "brief-lock"),
    Case(
      "ALTER TABLE item ADD COLUMN number serial;",
      "table-rewrite",
      "narrow-key",
      "serial-column"
    ),
    Case("ALTER TABLE item ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY;", "table-rewrite"),
    Case(
      "ALTER TABLE item ADD COLUMN d int GENERATED ALWAYS AS (price * 2) STORED;",
      "table-rewrite"
    ),
    Case("ALTER TABLE item SET UNLOGGED;"),
    Case("ALTER TABLE part SET UNLOGGED;", "table-rewrite"),
    Case("REFRESH MATERIALIZED VIEW total;", "table-rewrite"),
    Case("CLUSTER item USING item_note;", "table-rewrite"),
    Case("-- drydock: no-transaction\nVACUUM FULL item;", "table-rewrite"),
    Case("ALTER TABLE item ALTER note SET NOT NULL;", "not-null-scan"),
    Case(
      "ALTER TABLE item ADD CONSTRAINT c CHECK (note IS NOT NULL) NOT VALID;",
      "brief-lock"
    ),
    Case("ALTER TABLE item ADD CHECK (price >= 0);", "constraint-scan"),
    Case("ALTER TABLE item ADD UNIQUE (note);", "constraint-index"),
    Case("ALTER TABLE item ADD UNIQUE USING INDEX item_sort;", "brief-lock"),
    Case("ALTER TABLE part ADD PRIMARY KEY (id);", "constraint-index", "primary-key-not-null"),
    Case(
      "CREATE UNIQUE INDEX u ON part (id); ALTER TABLE part ADD PRIMARY KEY USING INDEX u;",
      "index-build",
      "lock-held",
      "scan-under-lock"
    ),
    Case(
      "ALTER TABLE part ADD FOREIGN KEY (other) REFERENCES item;",
      "foreign-key-index",
      "foreign-key-scan"
    ),
    Case("CREATE INDEX i ON item (price);", "index-build"),
    Case("-- drydock: no-transaction\nCREATE INDEX CONCURRENTLY i ON item (price);"),
    Case("REINDEX TABLE item;", "reindex-lock"),
    Case("REINDEX (CONCURRENTLY false) TABLE item;", "reindex-lock"),
    Case("REINDEX (CONCURRENTLY 0) TABLE item;", "reindex-lock"),
    Case("-- drydock: no-transaction\nREINDEX TABLE CONCURRENTLY item;"),
    Case("DROP INDEX item_note;", "index-drop"),
    Case("-- drydock: no-transaction\nDROP INDEX CONCURRENTLY item_note;"),
    Case("DROP INDEX IF EXISTS no_such_index;"),
    Case("ALTER TABLE day DETACH PARTITION day_1;", "partition-detach"),
    // Its second transaction takes the partition, for a moment (manual, ALTER TABLE).
    Case(
      "-- drydock: no-transaction\nALTER TABLE day DETACH PARTITION day_1 CONCURRENTLY;",
      "brief-lock"
    ),
    Case(
      "LOCK TABLE item IN SHARE MODE;\nSELECT count(*) FROM item;",
      "brief-lock",
      "lock-held",
      "scan-under-lock"
    ),
    Case(
      "ALTER TABLE item ALTER note SET NOT NULL;\nALTER TABLE item ALTER feeling TYPE text;",
      "not-null-scan",
      "table-rewrite",
      "lock-held",
      "type-change",
      "repeated-alter"
    ),
    Case("UPDATE item SET price = price + 1;", "large-write"),
    Case("UPDATE item SET price = price + 1 WHERE id < 10000;"),
    Case(
      "CREATE TRIGGER t BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION nothing();",
      "brief-lock"
    ),
    // Losses.
    Case("DROP TABLE part;", "drop-table"),
    Case("DO $$ BEGIN DROP TABLE part; END $$;", "drop-table"),
    Case("DROP TABLE IF EXISTS no_such_table;"),
    Case("ALTER TABLE item DROP COLUMN note;", "drop-column"),
    Case("DO $$ BEGIN ALTER TABLE item DROP COLUMN note; END $$;", "drop-column"),
    Case("TRUNCATE item CASCADE;", "truncate"),
    Case("DROP SCHEMA attic CASCADE;", "drop-schema", "drop-table"),
    // Names and shapes that applications know.
    Case("ALTER TABLE part RENAME TO piece;", "rename-table", "brief-lock"),
    Case("ALTER TABLE part RENAME other TO another;", "rename-column", "brief-lock"),
    Case("ALTER TABLE part RENAME CONSTRAINT part_item_fkey TO x;", "brief-lock"),
    Case("ALTER FUNCTION twice(int) RENAME TO double;", "rename-object"),
    // What one command renames, another one does as well.
    Case("ALTER INDEX part RENAME TO piece;", "rename-table", "brief-lock"),
    Case("ALTER INDEX part_item RENAME TO part_by_item;"),
    Case("ALTER VIEW cheap RENAME TO low;", "rename-object", "brief-lock"),
    Case("ALTER TABLE cheap RENAME TO low;", "rename-object", "brief-lock"),
    Case("ALTER VIEW cheap RENAME id TO number;", "rename-column", "brief-lock"),
    Case("ALTER TABLE cheap SET SCHEMA attic;", "move-schema", "brief-lock"),
    Case("ALTER FUNCTION twice(int) SET SCHEMA attic;", "move-schema"),
    Case("ALTER TYPE pair ADD ATTRIBUTE c int;", "type-change"),
    Case(
      "TRUNCATE part; ALTER TABLE part ADD COLUMN must int NOT NULL;",
      "truncate",
      "lock-held",
      "required-column",
      "scan-under-lock"
    ),
    Case("DROP VIEW cheap;", "drop-object", "brief-lock"),
    Case("DROP VIEW IF EXISTS no_such_view;"),
    Case("DROP TRIGGER watch ON item;", "drop-object", "brief-lock"),
    // Dropped and made again in one transaction is replaced; under another identity it is dropped.
    Case(
      "DROP VIEW cheap; CREATE VIEW cheap AS SELECT id, sort FROM item WHERE sort < 5;",
      "brief-lock",
      "lock-held",
      "replace-object"
    ),
    Case(
      "DROP FUNCTION twice(int); "
        + "CREATE FUNCTION twice(b int) RETURNS int LANGUAGE sql AS 'SELECT b + b';",
      "replace-object"
    ),
    Case(
      "DROP FUNCTION twice(int); "
        + "CREATE FUNCTION twice(b text) RETURNS text LANGUAGE sql AS 'SELECT b || b';",
      "drop-object"
    ),
    Case(
      "DROP FUNCTION nothing() CASCADE; CREATE FUNCTION nothing() RETURNS trigger "
        + "LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';",
      "brief-lock",
      "drop-object",
      "lock-held",
      "replace-object"
    ),
    Case(
      "-- drydock: no-transaction\nDROP VIEW cheap;\nCREATE VIEW cheap AS SELECT id FROM item;",
      "brief-lock",
      "drop-object"
    ),
    Case(
      "CREATE OR REPLACE VIEW cheap AS SELECT id FROM item WHERE sort < 6;",
      "brief-lock",
      "replace-object"
    ),
    Case("CREATE OR REPLACE FUNCTION thrice(a int) RETURNS int LANGUAGE sql AS 'SELECT 3 * a';"),
    Case(
      "CREATE OR REPLACE FUNCTION twice(a int) RETURNS int LANGUAGE sql AS 'SELECT a + a';",
      "replace-object"
    ),
    Case("ALTER TABLE item DROP CONSTRAINT note_short;", "brief-lock", "drop-constraint"),
    Case("ALTER TABLE item ALTER price DROP NOT NULL;", "brief-lock", "drop-not-null"),
    Case("ALTER TABLE item ALTER price SET DEFAULT 3;", "brief-lock", "default-change"),
    Case(
      "ALTER TABLE item ALTER price ADD GENERATED ALWAYS AS IDENTITY;",
      "brief-lock",
      "identity-change"
    ),
    Case("ALTER TABLE item DISABLE TRIGGER watch;", "trigger-disabled", "brief-lock"),
    Case("REVOKE ALL ON item FROM public;", "access-change"),
    Case("ALTER TABLE item REPLICA IDENTITY FULL;", "brief-lock", "replica-identity"),
    Case("ALTER TYPE mood ADD VALUE 'calm';", "enum-value"),
    Case("ALTER SEQUENCE ticket RESTART;", "brief-lock", "sequence-change"),
    // Design.
    Case(
      "CREATE TABLE bill (id bigint PRIMARY KEY, item int REFERENCES item);",
      "foreign-key-index",
      "brief-lock"
    ),
    Case(
      "CREATE TABLE bill (item int REFERENCES item); CREATE INDEX ON bill (item);",
      "brief-lock",
      "lock-held"
    ),
    Case(
      "CREATE TABLE bill (item int REFERENCES item); CREATE INDEX ON bill (item) WHERE item > 1;",
      "foreign-key-index",
      "brief-lock",
      "lock-held"
    ),
    Case("CREATE DOMAIN odd AS int CHECK (value % 2 = 1);", "domain-constraint"),
    Case("ALTER DOMAIN positive ADD CHECK (value > 0);", "domain-constraint"),
    Case("CREATE TABLE a (id smallint PRIMARY KEY);", "narrow-key"),
    Case("CREATE TABLE a (id bigint PRIMARY KEY, n int, v varchar, t timestamptz, j jsonb);"),
    Case("CREATE TABLE a (id bigserial);", "serial-column"),
    Case("CREATE TABLE a (v varchar(9));", "varchar-limit"),
    Case("CREATE TABLE a (v char(9));", "char-type"),
    Case("CREATE TABLE a (v timestamp);", "timestamp-without-zone"),
    Case("CREATE TABLE a (v json);", "json-column"),
    Case("CREATE TYPE size AS ENUM ('s', 'm');", "enum-type"),
    Case(
      "CREATE TABLE a (b int, c int, d int, e int); CREATE INDEX ON a (b, c, d, e);",
      "wide-index"
    ),
    Case("ALTER TABLE item SET (autovacuum_enabled = off);", "autovacuum-off"),
    Case("ALTER TABLE item SET (autovacuum_enabled = 0);", "autovacuum-off"),
    Case("ALTER TABLE item SET (AUTOVACUUM_ENABLED = 'No');", "autovacuum-off"),
    Case("CREATE TABLE \"Item List\" (id bigint);", "name-style"),
    Case("CREATE TABLE \(String(repeating: "n", count: 64)) (id bigint);", "name-cut"),
    Case("CREATE TABLE \(String(repeating: "n", count: 63)) (id bigint);"),
    Case(
      "-- drydock: allow json-column because no reason\nCREATE TABLE a (id bigint);",
      "unused-allowance"
    ),
    // What the patch made itself is no hazard.
    Case(
      "CREATE TABLE a (id bigint, n text); INSERT INTO a SELECT i FROM generate_series(1, 20000) i; "
        + "ALTER TABLE a ALTER id SET NOT NULL; CREATE INDEX ON a (id); UPDATE a SET n = 'x'; "
        + "ALTER TABLE a ALTER id TYPE numeric; ALTER TABLE a DROP COLUMN n; DROP TABLE a;"
    ),
  ]

  @Test("A patch has the hazards that it should have", arguments: TestServer.allCases)
  func found(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try HazardRig(settings, Self.setUp)
      for example in Self.cases + Self.lossCases where !example.isOutsideTransaction {
        let found = try rig.tryOut(example.patch)
        #expect(
          found.map(\.hazard.id).sorted() == example.ids.sorted(),
          "\(example): \(found.map(\.text))"
        )
      }
    }
  }

  @Test(
    "A patch outside a transaction has the hazards that it should have",
    arguments: cases.filter(\.isOutsideTransaction)
  )
  func foundOutside(_ example: Case) throws {
    let found = try findings(example.patch, on: Self.setUp)
    #expect(found.map(\.hazard.id).sorted() == example.ids.sorted(), "\(found.map(\.text))")
  }

  @Test("A name without a schema is looked for where the patch itself says")
  func searchPath() throws {
    let setUp = """
      CREATE SCHEMA a; CREATE SCHEMA b; CREATE TABLE a.t (id int); CREATE TABLE b.t (id int);
      """
    let found = try findings("SET search_path = b; ALTER TABLE t RENAME id TO number;", on: setUp)
    #expect(found.first { $0.hazard == .renameColumn }?.object == "b.t", "\(found.map(\.text))")
  }

  @Test("Every hazard of the catalogue is found in one of the examples, and has a rule")
  func complete() {
    let examples = Set(Self.cases.flatMap(\.ids))
    let ruled = HazardRule.all.flatMap(\.hazards) + LateHazardRule.all.map(\.hazard)
    // What an undo file leaves shows only in a whole rehearsal: UndoRowTests.
    #expect(Set(Hazard.all.map(\.id)).subtracting(examples) == ["undo-rows"])
    #expect(examples.subtracting(Hazard.all.map(\.id)) == [])
    #expect(Set(ruled.map(\.id)) == Set(Hazard.all.map(\.id)))
    #expect(Set(Hazard.all.map(\.id)).count == Hazard.all.count)
  }

  @Test("A finding says what was measured, of what, and where")
  func figures() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.setUp)
      let found = try rig.tryOut("-- a comment\n\n  ALTER TABLE item ALTER price TYPE bigint;")
      let rewrite = try #require(found.first { $0.hazard == .tableRewrite })
      #expect(rewrite.place == .init(file: "0001_try.sql", line: 3, column: 3))
      #expect(rewrite.object == "public.item" && rewrite.figures.rows == 12_000)
      #expect(rewrite.figures.bytes > 500_000 && rewrite.figures.walBytes > 500_000)
      #expect(rewrite.figures.blockedSeconds > 0)
      let estimate = try #require(rewrite.estimate)
      #expect(estimate.lower < estimate.upper)
      #expect(rewrite.text.hasPrefix("writes public.item again: the type of price changes;"))
      #expect(rewrite.text.contains("(12,000 rows, "))
    }
  }
}
