import TestSupport

extension FingerprintFixture {
  /// Changes of structure that must show, and where.
  static let structural: [Case] = [
    Case("schema", "CREATE SCHEMA other", ["+ schema other", "+ access of schema other"]),
    Case(
      "column added",
      "ALTER TABLE app.jobs ADD COLUMN note text",
      ["~ table app.jobs", "+ column app.jobs.note"]
    ),
    Case(
      "column dropped",
      "ALTER TABLE app.jobs DROP COLUMN mood",
      ["~ table app.jobs", "- column app.jobs.mood"]
    ),
    Case(
      "column renamed",
      "ALTER TABLE app.jobs RENAME COLUMN mood TO feeling",
      ["~ table app.jobs", "- column app.jobs.mood", "+ column app.jobs.feeling"]
    ),
    Case(
      "column's order",
      "ALTER TABLE app.jobs DROP COLUMN amount CASCADE; ALTER TABLE app.jobs ADD COLUMN amount numeric(10, 2)",
      [
        "~ table app.jobs", "- column app.jobs.twice", "- index app.jobs.jobs_state",
      ]
    ),
    Case(
      "type of a column",
      "ALTER TABLE app.jobs ALTER COLUMN mood TYPE text",
      ["~ column app.jobs.mood"]
    ),
    Case(
      "default",
      "ALTER TABLE app.jobs ALTER COLUMN state SET DEFAULT 'old'",
      ["~ column app.jobs.state"]
    ),
    Case(
      "identity",
      "ALTER TABLE app.jobs ALTER COLUMN id SET GENERATED ALWAYS",
      ["~ column app.jobs.id"]
    ),
    Case(
      "storage",
      "ALTER TABLE app.jobs ALTER COLUMN kind SET STORAGE EXTERNAL",
      ["~ column app.jobs.kind"]
    ),
    Case("unlogged", "ALTER TABLE app.base SET UNLOGGED", ["~ table app.base"]),
    Case("options", "ALTER TABLE app.jobs SET (fillfactor = 70)", ["~ table app.jobs"]),
    Case("row security", "ALTER TABLE app.jobs ENABLE ROW LEVEL SECURITY", ["~ table app.jobs"]),
    Case("replica identity", "ALTER TABLE app.jobs REPLICA IDENTITY FULL", ["~ table app.jobs"]),
    Case("inheritance", "ALTER TABLE app.derived NO INHERIT app.base", ["~ table app.derived"]),
    Case(
      "column of an inherited table",
      "ALTER TABLE app.base ADD COLUMN c integer",
      [
        "~ table app.base", "+ column app.base.c", "~ table app.derived", "+ column app.derived.c",
      ]
    ),
    Case(
      "constraint",
      "ALTER TABLE app.jobs ADD CONSTRAINT small CHECK (amount < 100)",
      ["+ constraint app.jobs.small"]
    ),
    Case(
      "constraint not validated",
      """
      ALTER TABLE app.jobs DROP CONSTRAINT jobs_kind_fkey;
      ALTER TABLE app.jobs ADD CONSTRAINT jobs_kind_fkey FOREIGN KEY (kind) REFERENCES app.kinds NOT VALID
      """,
      ["~ constraint app.jobs.jobs_kind_fkey"]
    ),
    Case("index", "CREATE INDEX jobs_kind ON app.jobs (kind)", ["+ index app.jobs.jobs_kind"]),
    Case(
      "index's condition",
      "DROP INDEX app.jobs_state; CREATE INDEX jobs_state ON app.jobs (state) WHERE amount > 1",
      ["~ index app.jobs.jobs_state"]
    ),
    Case(
      "index that is no longer valid",
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.jobs_state'::regclass",
      ["~ index app.jobs.jobs_state"]
    ),
    Case("sequence", "ALTER SEQUENCE app.numbers INCREMENT 5", ["~ sequence app.numbers"]),
    Case(
      "view",
      "CREATE OR REPLACE VIEW app.open_jobs AS SELECT id, kind FROM app.jobs",
      ["~ view app.open_jobs"]
    ),
    Case(
      "view's options",
      "ALTER VIEW app.open_jobs SET (security_barrier = true)",
      ["~ view app.open_jobs"]
    ),
    Case(
      "materialised view",
      "DROP MATERIALIZED VIEW app.totals",
      ["- materialized view app.totals", "- access of materialized view app.totals"]
    ),
    Case(
      "function's body",
      "CREATE OR REPLACE FUNCTION app.add(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT b + a'",
      ["~ function app.add(a integer, b integer)"]
    ),
    Case(
      "function's setting",
      "ALTER FUNCTION app.add SET search_path = app",
      ["~ function app.add(a integer, b integer)"]
    ),
    Case("procedure", "ALTER PROCEDURE app.work() SECURITY DEFINER", ["~ procedure app.work()"]),
    Case(
      "aggregate",
      "CREATE OR REPLACE AGGREGATE app.total (integer) (SFUNC = app.add, STYPE = integer, INITCOND = '7')",
      ["~ aggregate app.total(integer)"]
    ),
    Case("enum", "ALTER TYPE app.mood RENAME VALUE 'busy' TO 'hectic'", ["~ type app.mood"]),
    Case("composite type", "ALTER TYPE app.pair ADD ATTRIBUTE c date", ["~ type app.pair"]),
    Case("domain", "ALTER DOMAIN app.positive SET DEFAULT 1", ["~ domain app.positive"]),
    Case(
      "domain's constraint",
      "ALTER DOMAIN app.positive DROP CONSTRAINT above",
      ["- domain constraint app.positive.above"]
    ),
    Case(
      "range type",
      "CREATE TYPE app.prices AS RANGE (SUBTYPE = numeric)",
      ["+ type app.prices", "+ access of type app.prices"]
    ),
    Case("trigger", "ALTER TABLE app.jobs DISABLE TRIGGER touch", ["~ trigger app.jobs.touch"]),
    Case("rule", "DROP RULE keep ON app.kinds", ["- rule app.kinds.keep"]),
    Case(
      "policy",
      "ALTER POLICY own ON app.jobs USING (kind = 'yours')",
      ["~ policy app.jobs.own"]
    ),
    Case(
      "operator",
      """
      DROP OPERATOR app.@+ (integer, integer);
      CREATE OPERATOR app.@+ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.add,
        COMMUTATOR = OPERATOR(app.@+))
      """,
      ["~ operator app.@+ (integer, integer)"]
    ),
    Case(
      "operator family",
      "CREATE OPERATOR FAMILY app.family USING btree",
      [
        "+ operator family app.family using btree",
        "+ access of operator family app.family USING btree",
      ]
    ),
    Case(
      "cast",
      "CREATE CAST (app.mood AS integer) WITH INOUT",
      ["+ cast app.mood as integer"]
    ),
    Case(
      "collation",
      "DROP COLLATION app.plain",
      ["- collation app.plain", "- access of collation app.plain"]
    ),
    Case(
      "text search dictionary",
      "ALTER TEXT SEARCH DICTIONARY app.dict (ACCEPT = false)",
      ["~ text search dictionary app.dict"]
    ),
    Case(
      "text search configuration",
      "ALTER TEXT SEARCH CONFIGURATION app.search ALTER MAPPING FOR word WITH app.dict",
      ["~ text search configuration app.search"]
    ),
    Case(
      "statistics object",
      "ALTER STATISTICS app.jobs_stats SET STATISTICS 500",
      ["~ statistics app.jobs_stats"]
    ),
    Case("publication", "ALTER PUBLICATION feed ADD TABLE app.kinds", ["~ publication feed"]),
    Case(
      "publication's condition",
      "ALTER PUBLICATION feed SET TABLE app.jobs WHERE (id > 5)",
      ["~ publication feed"]
    ),
    Case("event trigger", "ALTER EVENT TRIGGER watcher DISABLE", ["~ event trigger watcher"]),
    Case(
      "foreign server",
      "ALTER SERVER far OPTIONS (SET host 'other.example')",
      ["~ foreign server far"]
    ),
    Case(
      "partitioned table's index",
      "CREATE INDEX events_id ON app.events (id)",
      ["+ index app.events.events_id"]
    ),
    Case(
      "index of one partition",
      "CREATE INDEX events_1_id ON app.events_1 (id)",
      ["+ index app.events_1.events_1_id"]
    ),
    Case(
      "column of a partitioned table",
      "ALTER TABLE app.events ADD COLUMN size integer",
      ["~ table app.events", "+ column app.events.size"]
    ),
    Case(
      "partition that differs",
      "ALTER TABLE app.events_1 ALTER COLUMN note SET DEFAULT 'x'",
      [
        "+ table app.events_1", "+ column app.events_1.id", "+ column app.events_1.at",
        "+ column app.events_1.note", "+ access of table app.events_1",
      ]
    ),
    Case(
      "default partition",
      "CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT",
      ["+ partitions app.events"]
    ),
  ]

  /// Changes that show otherwise since PostgreSQL 18, where NOT NULL is a constraint with a name.
  static func structural(on server: TestServer) -> [Case] {
    let notNull = Case(
      "not null",
      "ALTER TABLE app.jobs ALTER COLUMN state SET NOT NULL",
      server == .v15
        ? ["~ column app.jobs.state"]
        : ["~ column app.jobs.state", "+ constraint app.jobs.jobs_state_not_null"]
    )
    guard server == .v18 else { return [notNull] }
    return [
      notNull,
      Case(
        "constraint not enforced",
        "ALTER TABLE app.jobs ADD CONSTRAINT wish CHECK (amount > 5) NOT ENFORCED",
        ["+ constraint app.jobs.wish"]
      ),
      Case(
        "virtual column",
        "ALTER TABLE app.base ADD COLUMN v integer GENERATED ALWAYS AS (a + 1) VIRTUAL",
        [
          "~ table app.base", "+ column app.base.v", "~ table app.derived",
          "+ column app.derived.v",
        ]
      ),
      Case(
        "publication of generated columns",
        "ALTER PUBLICATION feed SET (publish_generated_columns = stored)",
        ["~ publication feed"]
      ),
    ]
  }

  /// Changes of access and environment that must show, and where.
  static let surrounding: [Case] = [
    Case(
      "owner",
      "CREATE ROLE dd_owner; ALTER TABLE app.kinds OWNER TO dd_owner",
      ["~ access of table app.kinds"]
    ),
    Case("grant", "GRANT SELECT ON app.jobs TO PUBLIC", ["~ access of table app.jobs"]),
    Case(
      "grant on a column",
      "GRANT UPDATE (kind) ON app.jobs TO PUBLIC",
      ["~ access of table app.jobs"]
    ),
    Case(
      "revoke of a default",
      "REVOKE EXECUTE ON FUNCTION app.add FROM PUBLIC",
      ["~ access of function app.add(a integer, b integer)"]
    ),
    Case("grant on a schema", "GRANT USAGE ON SCHEMA app TO PUBLIC", ["~ access of schema app"]),
    Case(
      "grant on a type",
      "REVOKE USAGE ON TYPE app.mood FROM PUBLIC",
      ["~ access of type app.mood"]
    ),
    Case(
      "grant on one partition",
      "GRANT SELECT ON app.events_1 TO PUBLIC",
      ["+ access of partitions app.events"]
    ),
    Case(
      "default privileges",
      "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC",
      ["+ access of default privileges of postgres in app on r"]
    ),
    Case(
      "membership",
      "CREATE ROLE dd_one; CREATE ROLE dd_two; GRANT dd_one TO dd_two",
      ["+ access of membership dd_two in dd_one"]
    ),
    Case("extension's version", "ALTER EXTENSION amcheck UPDATE TO '1.1'", ["~ extension amcheck"]),
    Case("extension", "DROP EXTENSION amcheck", ["- extension amcheck"]),
    Case(
      "role's setting",
      "CREATE ROLE dd_three; ALTER ROLE dd_three SET search_path = app",
      ["+ settings of dd_three in every database"]
    ),
  ]
}
