import Migration
import Postgres
import TestSupport

/// A database of an ordinary role, in which schema `k` is made anew for each kind of statement.
struct WatchedSchema: Sendable {
  /// How the superuser connects.
  let administration: ConnectionSettings
  /// How the role connects that runs the statements.
  let settings: ConnectionSettings

  private static let role = "rehearsal_tests_migrator"

  init(_ database: ConnectionSettings) throws {
    administration = database
    settings = database.with("user", Self.role).with("options", "-csearch_path=k")
    let connection = try Connection.open(database)
    try connection.execute(
      """
      DO $drydock$ BEGIN
        PERFORM pg_advisory_xact_lock(4711);
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(Self.role)') THEN
          CREATE ROLE \(Self.role) LOGIN;
        END IF;
      END $drydock$
      """
    )
    let name = try connection.query("SELECT quote_ident(current_database())", []).value ?? ""
    try connection.execute("ALTER DATABASE \(name) OWNER TO \(Self.role); \(Self.gates)")
  }

  /// Makes the schema anew, over a connection whose counts then are in the server's.
  func make(_ setup: String, on connection: Connection) throws {
    try connection.execute("DROP SCHEMA IF EXISTS k, attic CASCADE; \(Self.schema)")
    if !setup.isEmpty { try connection.execute(setup) }
    try connection.execute("SELECT pg_catalog.pg_stat_force_next_flush()")
  }

  /// Functions that wait as long as a test holds a key; they claim to be immutable, so that an
  /// index can be built over them.
  private static let gates = """
    CREATE FUNCTION public.gate(key int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_catalog.pg_advisory_xact_lock_shared(\(Gatekeeper.lockClass), key); END $$;
    CREATE FUNCTION public.gated(a int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
      PERFORM public.gate(1); RETURN a; END $$;
    """

  private static let schema = """
    CREATE SCHEMA k; CREATE SCHEMA attic;
    CREATE TABLE t (id int PRIMARY KEY, a int, b text, c numeric(10,2), d date DEFAULT '2026-01-01');
    INSERT INTO t SELECT i, i % 50, 'x' || i, i FROM generate_series(1, 500) AS i;
    CREATE INDEX t_a ON t (a);
    ALTER TABLE t ADD CONSTRAINT t_later CHECK (a >= 0) NOT VALID;
    CREATE TABLE other (id int PRIMARY KEY, n int NOT NULL, note text);
    INSERT INTO other SELECT i, i, 'n' FROM generate_series(1, 100) AS i;
    ALTER TABLE other ADD CONSTRAINT other_later FOREIGN KEY (n) REFERENCES t NOT VALID;
    CREATE TABLE part (k int NOT NULL, v text) PARTITION BY RANGE (k);
    CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100);
    CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (100) TO (200);
    INSERT INTO part SELECT i, 'v' FROM generate_series(1, 150) AS i;
    CREATE TABLE loose (k int NOT NULL, v text);
    INSERT INTO loose SELECT 200 + i, 'v' FROM generate_series(1, 40) AS i;
    CREATE TABLE base (a int); CREATE TABLE child (a int);
    CREATE VIEW vw AS SELECT id, d FROM t;
    CREATE MATERIALIZED VIEW mv AS SELECT d, count(*) AS n FROM t GROUP BY d;
    CREATE UNIQUE INDEX mv_d ON mv (d);
    CREATE SEQUENCE seq;
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      UPDATE k.loose SET v = 'w' WHERE k = 201; RETURN NEW; END $$;
    CREATE TRIGGER noted BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION touch();
    """
}
