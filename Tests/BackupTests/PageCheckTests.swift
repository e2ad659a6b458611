import Catalog
import Postgres
import TestSupport
import Testing

@testable import Backup

@Suite("Changed pages by their headers")
struct PageCheckTests {
  private static let setUp = """
    CREATE EXTENSION pageinspect;
    CREATE TABLE t (id int, pad text) WITH (autovacuum_enabled = off);
    INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 2000) g
    """

  @Test("Only pages that somebody wrote to are named", arguments: TestServer.allCases)
  func named(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute(Self.setUp)
      try rig.connection.execute("VACUUM FREEZE t")
      let claim = try rig.claim()
      #expect(claim.pages == 84)
      #expect(try rig.answer(rig.headers(), since: claim) == .pages(.empty))
      try rig.connection.execute("DELETE FROM t WHERE id IN (30, 2000)")
      let answer = try rig.answer(rig.headers(), since: claim)
      #expect(answer == .pages(PageSet(ranges: [1..<2, 83..<84])))
      #expect(try rig.spliced(claim, answer) == rig.rows())
    }
  }

  @Test("Pages that were never initialised count as changed", arguments: TestServer.allCases)
  func zeroPages(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute(Self.setUp)
      let claim = try rig.claim()
      try rig.connection.execute("DELETE FROM t")
      try rig.connection.execute("VACUUM t")
      #expect(try rig.pages() == 0)
      // One bulk COPY extends the table by more pages than it fills.
      let line = "1\t\(String(repeating: "y", count: 300))\n"
      try Psql.run(
        "COPY t FROM STDIN;\n\(String(repeating: line, count: 1200))\\.\n",
        on: settings,
        server: server
      )
      let answer = try rig.answer(rig.headers(), since: claim)
      #expect(try rig.spliced(claim, answer) == rig.rows())
      // Before 16, pages are added one by one unless many sessions extend a table at once.
      guard server == .v18 else { return }
      let believing = try rig.answer(rig.headers(), since: claim, omitting: [.zeroPages])
      #expect(try rig.spliced(claim, believing) != rig.rows(), "the sequence makes no zero page")
    }
  }

  @Test(
    "Pages that the parent did not have count as changed, whatever they say",
    arguments: TestServer.allCases
  )
  func pagesAboveParent(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute(Self.setUp)
      // Or the first reader's hint bits are logged where a checkpoint comes between, and pages with them.
      try rig.connection.execute("VACUUM FREEZE t")
      let whole = try rig.claim()
      let short = PageRig.Claim(
        horizon: whole.horizon,
        rows: whole.rows.filter { $0.key < 70 },
        pages: 70
      )
      let answer = try rig.answer(rig.headers(), since: short)
      #expect(answer == .pages(PageSet(ranges: [70..<84])))
      #expect(try rig.spliced(short, answer) == rig.rows())
      let trusting = try rig.answer(rig.headers(), since: short, omitting: [.pagesAboveParent])
      #expect(try rig.spliced(short, trusting) != rig.rows())
    }
  }

  @Test("Many small tables share a batch, a large one is cut", arguments: TestServer.allCases)
  func batches(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute("CREATE EXTENSION pageinspect")
      guard case .found(let reader) = try PageReader.find(on: connection) else {
        Issue.record("pageinspect is not found")
        return
      }
      func table(_ oid: Int, _ pages: Int, parent: Int) -> PageCheck.Table {
        PageCheck.Table(
          oid: oid,
          name: RelationName(schema: "s", name: "t\(oid)"),
          tablespace: 1,
          fileNode: oid,
          pages: pages,
          parentPages: parent
        )
      }
      let small = (1...1000).map { table($0, $0 % 3, parent: 3) }
      let large = [table(2000, 40_000, parent: 38_000), table(2001, 5, parent: 0)]
      let check = PageCheck(
        tables: small + large,
        horizon: .zero,
        source: .headers(reader)
      )
      #expect(check.batches.count == 3)
      #expect(check.batches.dropLast().allSatisfy { sum($0) == PageCheck.batchPages })
      #expect(check.batches.map(sum).reduce(0, +) == 1000 + 38_000)
      #expect(check.batches.allSatisfy { $0.parts.allSatisfy { !$0.pages.isEmpty } })
      let answers = check.answers([
        [1000: PageSet(ranges: [1..<2])], [1000: PageSet(ranges: [9..<10])],
      ])
      #expect(answers[2000] == .pages(PageSet(ranges: [1..<2, 9..<10, 38_000..<40_000])))
      #expect(answers[2001] == .pages(PageSet(ranges: [0..<5])))
      #expect(answers[1] == .pages(.empty))
    }
  }

  private func sum(_ batch: PageCheck.Batch) -> Int {
    batch.parts.reduce(0) { $0 + $1.pages.count }
  }

  @Test("One query answers for many tables, each by its own pages", arguments: TestServer.allCases)
  func manyTables(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let rig = try PageRig(settings)
      try rig.connection.execute("CREATE EXTENSION pageinspect")
      for number in 0..<50 {
        try rig.connection.execute(
          "CREATE TABLE \"T \(number)\" (a int); INSERT INTO \"T \(number)\" SELECT generate_series(1, 500)"
        )
      }
      try rig.connection.execute("VACUUM FREEZE")
      let claim = try rig.insertPosition()
      try rig.connection.execute("DELETE FROM \"T 7\" WHERE a = 1; INSERT INTO \"T 9\" VALUES (0)")
      let tables = try (0..<50).map {
        try PageRig(settings, table: "\"T \($0)\"").checked(parentPages: 3)
      }
      let check = PageCheck(tables: tables, horizon: claim, source: try rig.headers())
      #expect(check.batches.count == 1)
      let answers = check.answers(try check.batches.map { try check.run($0, on: rig.connection) })
      let changed = tables.indices.filter { answers[tables[$0].oid] != .pages(.empty) }
      #expect(changed == [7, 9])
      #expect(answers[tables[7].oid] == .pages(PageSet(ranges: [0..<1])))
      #expect(answers[tables[9].oid] == .pages(PageSet(ranges: [2..<3])))
    }
  }

  @Test("Without a source every table is read whole, and says why")
  func nothing() {
    let table = PageCheck.Table(
      oid: 1,
      name: RelationName(schema: "s", name: "t"),
      tablespace: 1,
      fileNode: 1,
      pages: 9,
      parentPages: 9
    )
    let check = PageCheck(tables: [table], horizon: .zero, source: .none("no extension"))
    #expect(check.batches.isEmpty)
    #expect(check.answers([]) == [1: .whole("no extension")])
  }
}
