import Postgres
import TestSupport
import Testing

@Suite("A query on a snapshot")
struct QueryTests {
  /// What `query --json` ends with.
  private struct Answer: Decodable {
    let restored: [String]
    let columns: [String]
    let rows: [[String?]]
  }

  private static let definition = """
    CREATE TABLE jobs (id int PRIMARY KEY, state text, made date);
    INSERT INTO jobs SELECT i, 'new', '2026-01-01'::date + i % 60 FROM generate_series(1, 1000) i;
    CREATE TABLE days (day date, n int) PARTITION BY RANGE (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2099-01-01');
    INSERT INTO days SELECT made, count(*) FROM jobs GROUP BY made;
    CREATE TABLE large AS SELECT i, repeat('x', 100) AS x FROM generate_series(1, 20000) i;
    CREATE MATERIALIZED VIEW per_state AS SELECT state, count(*) AS n FROM jobs GROUP BY state;
    CREATE VIEW grouped AS SELECT id, state FROM jobs GROUP BY id;
    CREATE FUNCTION parsed() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM jobs; END;
    CREATE FUNCTION opaque() RETURNS bigint LANGUAGE plpgsql
      AS $$ BEGIN RETURN (SELECT count(*) FROM large); END $$;
    CREATE SEQUENCE numbers; SELECT setval('numbers', 77);
    CREATE TABLE secrets (owner text, word text);
    INSERT INTO secrets VALUES ('a', 'alpha'), ('b', 'beta');
    ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
    CREATE POLICY nobody ON secrets USING (false);
    CREATE VIEW words AS SELECT word FROM secrets;
    """

  /// Through a view, a partitioned table, a materialised view, a function, a sequence, a policy.
  private static let query = """
    SELECT (SELECT count(*) FROM grouped) AS n, (SELECT sum(n) FROM days) AS n,
      (SELECT n FROM per_state), parsed(), (SELECT last_value FROM numbers),
      (SELECT string_agg(word, ' ' ORDER BY word) FROM words), NULL -- and a remark
    """

  @Test(
    "Returns what production had, from the tables that it reads",
    arguments: TestServer.either()
  )
  func answers(server: TestServer) throws {
    try withDatabase(on: server) { source in
      let connection = try Connection.open(source)
      try connection.execute(Self.definition)
      let user = try Drydock(on: server)
      try user.backup(source)
      try connection.execute("UPDATE jobs SET state = 'done'; DROP TABLE secrets CASCADE")
      let run = try user.run(["query", "latest", Self.query, "--json"]).require(0)
      let answer = try run.result(Answer.self)
      #expect(answer.columns.prefix(3) == ["n", "n", "n"])
      #expect(answer.rows == [["1000", "1000", "1000", "1000", "77", "alpha beta", nil]])
      let tables = ["days_1", "days_2", "jobs", "secrets"].map { "public.\($0)" }
      #expect(answer.restored == tables)
      let unknown = try user.run(["query", "latest", "SELECT opaque()"]).require(0)
      #expect(unknown.output.contains("20000") && unknown.errors.contains("what opaque() reads"))
      let csv = try user.run([
        "query", "latest", "SELECT id, state FROM jobs WHERE id < 3", "--csv",
      ])
      #expect(try csv.require(0).output == "id,state\n1,new\n2,new\n")
      #expect(csv.errors.contains("restored 1,000 rows of 1 table"), "\(csv)")
      #expect(try user.leftovers() == [])
    }
  }

  @Test("Anything but a query is refused, and leaves no server behind")
  func refused() throws {
    try withDatabase(on: .v15) { source in
      let connection = try Connection.open(source)
      try connection.execute("CREATE TABLE t AS SELECT 1 AS i")
      let user = try Drydock(on: .v15)
      try user.backup(source)
      let run = try user.run(["query", "latest", "DELETE FROM t"])
      #expect(run.code == 1 && run.errors.contains("cannot run on the snapshot"), "\(run)")
      let failing = try user.run(["query", "latest", "SELECT 1 / (i - 1) FROM t"])
      #expect(failing.code == 1 && failing.errors.contains("division by zero"), "\(failing)")
      let reaching = try user.run(["query", "latest", "SELECT pg_read_file('/etc/passwd')"])
      #expect(reaching.code == 1 && reaching.errors.contains("permission denied"), "\(reaching)")
      #expect(try user.leftovers() == [])
    }
  }
}
