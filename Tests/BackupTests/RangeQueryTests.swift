import Postgres
import Testing
import TestSupport

@testable import Backup
@testable import Catalog

@Suite("Rows are read by ranges of pages")
struct RangeQueryTests {
  /// Settings of a server under which a scan of the whole table looks cheap for every range of it.
  private static let hostile = [
    "random_page_cost = 1000000", "cpu_operator_cost = 1000", "enable_nestloop = off",
    "enable_tidscan = off", "min_parallel_table_scan_size = 0", "parallel_setup_cost = 0",
    "parallel_tuple_cost = 0", "max_parallel_workers_per_gather = 4",
  ]

  private static let relation = Relation(
    oid: 1,
    name: RelationName(schema: "public", name: "t"),
    kind: .table,
    isUnlogged: false,
    fileNode: 1,
    accessMethod: "heap",
    isPopulated: true,
    columns: [Column(name: "i", type: "integer")],
    condition: nil,
    isConfiguration: false,
    loadRoot: nil,
    indexes: []
  )

  @Test(
    "No setting makes the server read the whole table for each range of it",
    arguments: TestServer.allCases,
    [PageSet(ranges: [3..<5, 9..<200]), PageSet(ranges: [0..<221])]
  )
  func plan(server: TestServer, pages: PageSet) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 50000) i")
      try connection.execute("CREATE INDEX ON t (i)")
      try connection.execute("ANALYZE t")
      for setting in Self.hostile { try connection.execute("SET \(setting)") }
      let plan = try connection.transaction("ISOLATION LEVEL REPEATABLE READ") {
        try connection.setTransferSettings(forReading: true)
        try connection.execute(RangeQuery.settings)
        let text = RangeQuery(Self.relation, pages).text
        let query = text.dropFirst("COPY (".count).dropLast(") TO STDOUT".count)
        return try connection.execute("EXPLAIN \(query)").map { $0.string("QUERY PLAN") }
          .joined(separator: "\n")
      }
      #expect(plan.contains("Tid Range Scan on t"), "\(plan)")
      for node in ["Seq Scan on", "Memoize", "Gather", "Sort"] {
        #expect(!plan.contains(node), "\(plan)")
      }
    }
  }

  @Test("Of an extension's table without pages, too, only the user's rows are read")
  func condition() throws {
    try withDatabase(on: .v15) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE TABLE t AS SELECT i FROM generate_series(1, 10) i")
      let relation = Relation(
        oid: 1,
        name: RelationName(schema: "public", name: "t"),
        kind: .table,
        isUnlogged: false,
        fileNode: 1,
        accessMethod: "columnar",
        isPopulated: true,
        columns: [Column(name: "i", type: "integer")],
        condition: "WHERE i > 7",
        isConfiguration: true,
        loadRoot: nil,
        indexes: []
      )
      var rows = 0
      try connection.copyOut(RangeQuery.all(relation)) { _ in rows += 1 }
      #expect(rows == 3)
    }
  }
}
