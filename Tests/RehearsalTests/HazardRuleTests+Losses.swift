import TestSupport
import Testing

@testable import Rehearsal

extension HazardRuleTests {
  /// Ways to lose rows, or to seem to, that the text alone does not show.
  static let lossCases = [
    // The same name is there again afterwards.
    Case(
      "DROP SCHEMA attic CASCADE; CREATE SCHEMA attic; CREATE TABLE attic.box (id bigint);",
      "drop-schema",
      "drop-table",
      "lock-held"
    ),
    Case(
      "DROP SCHEMA IF EXISTS attic CASCADE; CREATE SCHEMA attic; CREATE TABLE attic.box (id bigint);",
      "drop-schema",
      "drop-table",
      "lock-held"
    ),
    Case(
      "DO $$ BEGIN DROP SCHEMA IF EXISTS attic CASCADE; CREATE SCHEMA attic; "
        + "CREATE TABLE attic.box (id bigint); END $$;",
      "drop-schema",
      "drop-table"
    ),
    Case("DROP SCHEMA IF EXISTS no_such_schema;"),
    Case("CREATE SCHEMA fresh; DROP SCHEMA fresh;"),
    Case("DO $$ BEGIN DROP TABLE part; CREATE TABLE part (id bigint); END $$;", "drop-table"),
    // Another name when it goes.
    Case(
      "ALTER TABLE part RENAME TO part_old; CREATE TABLE part (id bigint); DROP TABLE part_old;",
      "rename-table",
      "brief-lock",
      "lock-held",
      "drop-table"
    ),
    Case(
      "ALTER TABLE item RENAME COLUMN note TO remark; ALTER TABLE item DROP COLUMN remark;",
      "rename-column",
      "brief-lock",
      "lock-held",
      "drop-column"
    ),
    Case(
      "ALTER TABLE part SET SCHEMA attic; DROP TABLE attic.part;",
      "move-schema",
      "brief-lock",
      "lock-held",
      "drop-table"
    ),
    // By CASCADE, and with the table of a partition.
    Case("DROP TYPE mood CASCADE;", "drop-object", "drop-column"),
    Case("DO $$ BEGIN DROP TABLE day_1; END $$;", "drop-table"),
    Case("DROP TABLE day;", "drop-table"),
    Case("ALTER TABLE day DROP COLUMN v;", "drop-column"),
    Case(
      "ALTER TABLE item ADD COLUMN x int; ALTER TABLE item DROP COLUMN x;",
      "brief-lock",
      "lock-held"
    ),
    // TRUNCATE where its text does not stand, or names something else.
    Case("DO $$ BEGIN TRUNCATE part; END $$;", "truncate"),
    Case("DO $$ BEGIN TRUNCATE part; INSERT INTO part VALUES (1, 1, 1); END $$;", "truncate"),
    Case(
      "ALTER TABLE part ALTER other TYPE bigint; DO $$ BEGIN TRUNCATE part; END $$;",
      "table-rewrite",
      "type-change",
      "lock-held",
      "truncate"
    ),
    Case("SET search_path = attic; TRUNCATE box;", "truncate"),
    Case("REFRESH MATERIALIZED VIEW total WITH NO DATA;", "table-rewrite"),
    // Rows that code writes.
    Case("DO $$ BEGIN UPDATE item SET price = price + 1; END $$;", "large-write"),
    Case(
      "WITH gone AS (DELETE FROM item WHERE id > 100 RETURNING id) SELECT count(*) FROM gone;",
      "large-write"
    ),
    Case("INSERT INTO part SELECT i, 1 FROM generate_series(1, 20000) i;"),
    // What only shares its name with what the patch made.
    Case("CREATE TABLE attic.cheap (id bigint); DROP VIEW cheap;", "drop-object", "brief-lock"),
    Case(
      "CREATE FUNCTION attic.twice(a int) RETURNS int LANGUAGE sql AS 'SELECT a';"
        + " ALTER FUNCTION twice(int) RENAME TO double;",
      "rename-object"
    ),
    Case(
      "CREATE FUNCTION thrice(a int) RETURNS int LANGUAGE sql AS 'SELECT a';"
        + " ALTER FUNCTION thrice(int) RENAME TO triple; DROP FUNCTION triple(int);"
        + " CREATE TYPE size AS (a int); ALTER TYPE size ADD ATTRIBUTE b int;",
      "drop-object"
    ),
  ]

  @Test("What is lost has its rows, whatever statistics say, by the name that it had before")
  func lostRows() throws {
    try withDatabase(on: .v15) { settings in
      let rig = try HazardRig(settings, Self.setUp + "CREATE TABLE fresh AS SELECT 1 AS a;")
      for (patch, hazard, object, text) in [
        (
          "ALTER TABLE fresh RENAME TO stale; DROP TABLE stale;", Hazard.dropTable, "public.fresh",
          "drops public.fresh ("
        ),
        ("TRUNCATE fresh;", .truncate, "public.fresh", "empties public.fresh ("),
        (
          "DO $$ BEGIN DROP TYPE mood CASCADE; END $$;", .dropColumn, "public.item",
          "drops column feeling of public.item (12,000 rows, "
        ),
      ] {
        let found = try rig.tryOut(patch).first { $0.hazard == hazard }
        #expect(found?.object == object, "\(patch)")
        #expect(found.map { $0.figures.rows > 0 } == true, "\(patch)")
        #expect(found?.text.hasPrefix(text) == true, "\(patch): \(found?.text ?? "")")
      }
      let empty = try rig.tryOut("DROP TABLE day;").first { $0.hazard == .dropTable }
      #expect(empty?.figures.rows == 0)
    }
  }
}
