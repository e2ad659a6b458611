import TestSupport

extension StatementKind {
  static let columns = [
    StatementKind("add column", "ALTER TABLE t ADD COLUMN x int"),
    StatementKind("add column, constant default", "ALTER TABLE t ADD COLUMN x int DEFAULT 7"),
    StatementKind(
      "add column, volatile default",
      "ALTER TABLE t ADD COLUMN x uuid DEFAULT gen_random_uuid()"
    ),
    StatementKind(
      "add column, generated",
      "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a * 2) STORED"
    ),
    StatementKind(
      "add column, identity",
      "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS IDENTITY"
    ),
    StatementKind(
      "add column, not null default",
      "ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 1"
    ),
    StatementKind("drop column", "ALTER TABLE t DROP COLUMN b"),
    StatementKind("rename column", "ALTER TABLE t RENAME COLUMN b TO bb"),
    StatementKind("int to bigint", "ALTER TABLE t ALTER COLUMN a TYPE bigint"),
    StatementKind("text to varchar", "ALTER TABLE t ALTER COLUMN b TYPE varchar"),
    StatementKind("text to varchar(40)", "ALTER TABLE t ALTER COLUMN b TYPE varchar(40)"),
    StatementKind("wider numeric", "ALTER TABLE t ALTER COLUMN c TYPE numeric(12,2)"),
    StatementKind("set default", "ALTER TABLE t ALTER COLUMN a SET DEFAULT 3"),
    StatementKind("drop default", "ALTER TABLE t ALTER COLUMN d DROP DEFAULT"),
    StatementKind("set not null", "ALTER TABLE t ALTER COLUMN b SET NOT NULL"),
    StatementKind(
      "set not null beside a check",
      "ALTER TABLE t ALTER COLUMN b SET NOT NULL",
      setup: "ALTER TABLE t ADD CHECK (b IS NOT NULL)"
    ),
    StatementKind("drop not null", "ALTER TABLE other ALTER COLUMN n DROP NOT NULL"),
    StatementKind("set statistics", "ALTER TABLE t ALTER COLUMN a SET STATISTICS 500"),
    StatementKind("set storage", "ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL"),
    StatementKind(
      "several at once",
      "ALTER TABLE t ADD COLUMN x int, ALTER COLUMN a TYPE bigint, DROP COLUMN c"
    ),
  ]

  static let constraints = [
    StatementKind("add check", "ALTER TABLE t ADD CONSTRAINT c1 CHECK (a < 1000)"),
    StatementKind(
      "add check not valid",
      "ALTER TABLE t ADD CONSTRAINT c1 CHECK (a < 1000) NOT VALID"
    ),
    StatementKind("validate check", "ALTER TABLE t VALIDATE CONSTRAINT t_later"),
    StatementKind("add unique", "ALTER TABLE t ADD CONSTRAINT u UNIQUE (id, a)"),
    StatementKind(
      "add unique using index",
      "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX t_u",
      setup: "CREATE UNIQUE INDEX t_u ON t (id, b)"
    ),
    StatementKind("add exclusion", "ALTER TABLE t ADD EXCLUDE USING btree (id WITH =)"),
    StatementKind("add foreign key", "ALTER TABLE other ADD FOREIGN KEY (n) REFERENCES t"),
    StatementKind(
      "add foreign key not valid",
      "ALTER TABLE other ADD FOREIGN KEY (n) REFERENCES t NOT VALID"
    ),
    StatementKind("validate foreign key", "ALTER TABLE other VALIDATE CONSTRAINT other_later"),
    StatementKind("drop constraint", "ALTER TABLE other DROP CONSTRAINT other_later"),
    StatementKind("alter constraint", "ALTER TABLE other ALTER CONSTRAINT other_later DEFERRABLE"),
    StatementKind(
      "add domain constraint",
      "ALTER DOMAIN small ADD CHECK (VALUE < 100)",
      setup: "CREATE DOMAIN small AS int; CREATE TABLE uses_small (s small)"
    ),
    StatementKind(
      "add not null not valid",
      "ALTER TABLE t ADD CONSTRAINT b_there NOT NULL b NOT VALID",
      since: .v18
    ),
  ]

  static let tables = [
    StatementKind("rename table", "ALTER TABLE t RENAME TO t2"),
    StatementKind("set schema", "ALTER TABLE t SET SCHEMA attic"),
    StatementKind("set unlogged", "ALTER TABLE loose SET UNLOGGED"),
    StatementKind("set fillfactor", "ALTER TABLE t SET (fillfactor = 70)"),
    StatementKind("enable row security", "ALTER TABLE t ENABLE ROW LEVEL SECURITY"),
    StatementKind("replica identity", "ALTER TABLE t REPLICA IDENTITY FULL"),
    StatementKind("owner", "ALTER TABLE t OWNER TO CURRENT_USER"),
    StatementKind("inherit", "ALTER TABLE child INHERIT base"),
    StatementKind("comment", "COMMENT ON TABLE t IS 'a table'"),
    StatementKind("grant", "GRANT SELECT ON t TO PUBLIC"),
    StatementKind("revoke", "REVOKE ALL ON t FROM PUBLIC"),
    StatementKind("drop table", "DROP TABLE loose"),
    StatementKind("drop table cascade", "DROP TABLE t CASCADE"),
    StatementKind("create table", "CREATE TABLE fresh (a int PRIMARY KEY)"),
    StatementKind("create table as", "CREATE TABLE fresh AS SELECT * FROM t"),
    StatementKind("create table like", "CREATE TABLE fresh (LIKE t INCLUDING ALL)"),
    StatementKind("create table that refers", "CREATE TABLE fresh (a int REFERENCES t)"),
    StatementKind("create view", "CREATE VIEW fresh AS SELECT a FROM t"),
    StatementKind("replace view", "CREATE OR REPLACE VIEW vw AS SELECT id, d, a FROM t"),
    StatementKind("drop view", "DROP VIEW vw"),
    StatementKind("create materialized view", "CREATE MATERIALIZED VIEW fresh AS SELECT a FROM t"),
    StatementKind("refresh materialized view", "REFRESH MATERIALIZED VIEW mv"),
    StatementKind(
      "refresh materialized view concurrently",
      "REFRESH MATERIALIZED VIEW CONCURRENTLY mv"
    ),
    StatementKind("create statistics", "CREATE STATISTICS st ON a, b FROM t"),
    StatementKind("analyze", "ANALYZE t"),
  ]

  static let indexes = [
    StatementKind("create index", "CREATE INDEX fresh ON t (b)"),
    StatementKind("create unique index", "CREATE UNIQUE INDEX fresh ON t (id, b)"),
    StatementKind("create partial index", "CREATE INDEX fresh ON t (b) WHERE a > 3"),
    StatementKind("create index on partitions", "CREATE INDEX fresh ON part (v)"),
    StatementKind("drop index", "DROP INDEX t_a"),
    StatementKind("reindex table", "REINDEX TABLE t"),
    StatementKind("reindex index", "REINDEX INDEX t_a"),
    StatementKind("rename index", "ALTER INDEX t_a RENAME TO t_a2"),
    StatementKind("cluster", "CLUSTER t USING t_a"),
    StatementKind("cluster on", "ALTER TABLE t CLUSTER ON t_a"),
  ]

  static let partitions = [
    StatementKind(
      "attach partition",
      "ALTER TABLE part ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)"
    ),
    StatementKind(
      "attach partition beside a check",
      "ALTER TABLE part ATTACH PARTITION loose FOR VALUES FROM (200) TO (300)",
      setup: "ALTER TABLE loose ADD CHECK (k >= 200 AND k < 300)"
    ),
    StatementKind("detach partition", "ALTER TABLE part DETACH PARTITION part_1"),
    StatementKind(
      "create partition",
      "CREATE TABLE part_4 PARTITION OF part FOR VALUES FROM (300) TO (400)"
    ),
    StatementKind("add column to partitions", "ALTER TABLE part ADD COLUMN x int"),
    StatementKind("set not null on partitions", "ALTER TABLE part ALTER COLUMN v SET NOT NULL"),
  ]
}
