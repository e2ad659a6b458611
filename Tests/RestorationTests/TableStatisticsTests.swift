import Postgres
import TestSupport
import Testing

@testable import Restoration

@Suite("Statistics after a restore")
struct TableStatisticsTests {
  @Test(
    "Every table is analysed once, and no foreign one: partitions come with parents that have none",
    arguments: TestServer.either()
  )
  func names(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(
        """
        CREATE SCHEMA a; CREATE SCHEMA b;
        CREATE TABLE a.plain AS SELECT generate_series(1, 10) AS i;
        CREATE MATERIALIZED VIEW a.seen AS TABLE a.plain;
        CREATE TABLE b.other AS TABLE a.plain;
        CREATE TABLE a.near (i int) PARTITION BY RANGE (i);
        CREATE TABLE a.near_1 PARTITION OF a.near FOR VALUES FROM (0) TO (9);
        CREATE TABLE a.far (i int) PARTITION BY RANGE (i);
        CREATE TABLE a.far_1 PARTITION OF a.far FOR VALUES FROM (0) TO (9);
        CREATE TABLE a.far_2 PARTITION OF a.far FOR VALUES FROM (10) TO (19) PARTITION BY RANGE (i);
        CREATE TABLE a.far_2_1 PARTITION OF a.far_2 FOR VALUES FROM (10) TO (15);
        CREATE FOREIGN DATA WRAPPER nobody; CREATE SERVER nowhere FOREIGN DATA WRAPPER nobody;
        CREATE FOREIGN TABLE a.far_3 PARTITION OF a.far FOR VALUES FROM (20) TO (29) SERVER nowhere;
        INSERT INTO a.near VALUES (1); INSERT INTO a.far VALUES (1), (11);
        """
      )
      let inA = TableStatistics(connection: connection, schema: "a")
      #expect(
        try inA.names()
          == ["a.plain", "a.seen", "a.near", "a.far_1", "a.far_2"]
          .map { SQL.identifier("a", String($0.dropFirst(2))) }
      )
      let all = TableStatistics(connection: connection)
      #expect(Set(try all.names()) == Set(try inA.names() + [SQL.identifier("b", "other")]))
      try inA.gather()
      let missing = try connection.execute(
        """
        SELECT relname FROM pg_class
        WHERE relnamespace = 'a'::regnamespace AND relkind IN ('r', 'm') AND reltuples < 0
        """
      )
      #expect(missing.map { $0.string("relname") } == [])
    }
  }
}
