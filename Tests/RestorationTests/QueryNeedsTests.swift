import Catalog
import Postgres
import Problems
import TestSupport
import Testing

@testable import Restoration

@Suite("What a query needs of a database")
struct QueryNeedsTests {
  private static let definition = """
    CREATE TABLE jobs (id int PRIMARY KEY, state text);
    CREATE TABLE days (day date, n int) PARTITION BY RANGE (day);
    CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2026-02-01') TO ('2099-01-01');
    CREATE TABLE more () INHERITS (jobs);
    CREATE MATERIALIZED VIEW per_state AS SELECT state, count(*) AS n FROM jobs GROUP BY state;
    CREATE VIEW grouped AS SELECT id, state FROM jobs GROUP BY id;
    CREATE VIEW through AS SELECT n FROM per_state;
    CREATE FUNCTION parsed() RETURNS bigint LANGUAGE sql
      BEGIN ATOMIC SELECT count(*) FROM days; END;
    CREATE FUNCTION opaque(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
    CREATE OPERATOR ~~~~ (FUNCTION = opaque, LEFTARG = int, RIGHTARG = int);
    CREATE SEQUENCE numbers;
    """

  /// Queries, the tables and other relations that they need, and the functions that are not known.
  private static let queries: [(query: String, needs: [String], opaque: [String])] = [
    ("SELECT 1", [], []),
    ("VALUES (1), (2)", [], []),
    ("SELECT * FROM pg_catalog.pg_class", [], []),
    ("SELECT a.id, b.id FROM jobs a JOIN jobs b USING (id)", ["jobs", "more"], []),
    ("SELECT id FROM ONLY jobs -- a remark", ["jobs", "more"], []),
    // A plan for this would leave the first partition out.
    ("SELECT n FROM days WHERE day > '2026-03-01'", ["days_1", "days_2"], []),
    ("TABLE through", ["jobs", "more", "per_state"], []),
    (
      "SELECT * FROM grouped WHERE id = (SELECT last_value FROM numbers)",
      ["jobs", "more", "numbers"], []
    ),
    ("SELECT parsed()", ["days_1", "days_2"], []),
    ("SELECT opaque(1, 2)", [], ["opaque(integer,integer)"]),
    ("SELECT 1 ~~~~ 2", [], ["opaque(integer,integer)"]),
    (
      "WITH x AS (SELECT max(id) FROM jobs) SELECT * FROM x ORDER BY 1 LIMIT 1", ["jobs", "more"],
      []
    ),
  ]

  @Test("Views, partitions, functions and operators are followed", arguments: TestServer.either())
  func followed(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(Self.definition)
      for (query, names, opaque) in Self.queries {
        let needs = try QueryNeeds(of: query, on: connection)
        #expect(needs.tables.union(needs.others).map(\.name).sorted() == names, "\(query)")
        #expect(needs.opaque == opaque && !needs.callsExtension, "\(query)")
      }
    }
  }

  @Test("A function of an extension needs what its extension keeps in tables, not everything")
  func ofExtension() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE EXTENSION pg_freespacemap")
      let needs = try QueryNeeds(of: "SELECT * FROM pg_freespace('pg_class')", on: connection)
      #expect(needs.callsExtension && needs.opaque.isEmpty && needs.tables.isEmpty)
    }
  }

  @Test(
    "Anything but one query is refused, and nothing is done",
    arguments: [
      "DELETE FROM t", "SELECT * FROM missing", "SELECT 1; SELECT 2", "",
      "WITH x AS (DELETE FROM t RETURNING i) SELECT * FROM x",
      "SELECT 1) AS q; DROP TABLE t; SELECT (1",
    ]
  )
  func refused(statement: String) throws {
    try withDatabase(on: .v15) { settings in
      try Connection.open(settings).execute("CREATE TABLE t AS SELECT 1 AS i")
      #expect(throws: Problem.self) {
        try QueryNeeds(of: statement, on: try Connection.open(settings))
      }
      #expect(try Connection.open(settings).execute("SELECT count(*) FROM t").int == 1)
    }
  }
}
