import Catalog
import Cluster
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Backup

/// PostgreSQL 17 and later; the server of these tests writes summaries and belongs to nobody else.
@Suite("Changed pages by WAL summaries", .serialized)
struct ChangeSummaryTests {
  /// A database on a server that writes summaries.
  private struct Rig {
    let scratch: ScratchServer
    let rig: PageRig

    init() throws {
      var options = try TestServer.v18.options()
      options.settings["summarize_wal"] = "on"
      scratch = try ScratchServer.start(options)
      rig = try PageRig(scratch.settings())
      try rig.connection.execute(
        """
        CREATE TABLE t (id int, pad text) WITH (autovacuum_enabled = off);
        INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 2000) g
        """
      )
      try rig.connection.execute("VACUUM FREEZE")
      // A summary that begins before the table would say that it was made.
      try rig.connection.execute("CHECKPOINT")
    }

    func request(
      _ claim: PageRig.Claim,
      _ checkpoint: BackupOptions.Checkpoint = .force,
      omitting omitted: Set<Precaution> = []
    ) throws -> PageSource.Request {
      let facts = try ServerFacts.read(rig.connection)
      return PageSource.Request(
        horizon: claim.horizon,
        insert: facts.insert,
        timeline: facts.timeline,
        databaseOid: facts.databaseOid,
        checkpoint: checkpoint,
        omitted: omitted
      )
    }

    /// The source, which must be summaries.
    func summaries(
      _ claim: PageRig.Claim,
      omitting omitted: Set<Precaution> = []
    ) throws -> PageSource {
      let source = try PageSource.find(
        request(claim, omitting: omitted),
        on: rig.connection
      )
      #expect(source.name == "WAL summaries", "\(source)")
      return source
    }
  }

  @Test("Summaries name the changed blocks, and all that lies above the parent")
  func named() throws {
    let own = try Rig()
    let rig = own.rig
    let claim = try rig.claim()
    try rig.connection.execute("DELETE FROM t WHERE id = 30")
    try rig.connection.execute(
      "INSERT INTO t SELECT g, repeat('y', 300) FROM generate_series(1, 100) g"
    )
    let answer = try rig.answer(own.summaries(claim), since: claim)
    #expect(answer == .pages(PageSet(ranges: [1..<2, 83..<88])))
    #expect(try rig.spliced(claim, answer) == rig.rows())
    try own.scratch.remove()
  }

  @Test(
    "Without a checkpoint they do not reach the snapshot; nobody waits where headers can be read"
  )
  func short() throws {
    let own = try Rig()
    let claim = try own.rig.claim()
    try own.rig.connection.execute("DELETE FROM t WHERE id = 30")
    let request = try own.request(claim, .wait(seconds: 0))
    guard case .none(let reason) = try PageSource.find(request, on: own.rig.connection) else {
      Issue.record("summaries reached the snapshot without a checkpoint")
      return
    }
    #expect(reason.contains("the WAL summaries reach only to"))
    #expect(reason.contains("pageinspect 1.9 or later is not installed"))
    try own.rig.connection.execute("CREATE EXTENSION pageinspect")
    let patient = try own.request(claim, .wait(seconds: nil))
    #expect(try PageSource.find(patient, on: own.rig.connection).name == "pageinspect")
    // Believed to the letter, the summaries that there are would hide the change.
    let trusting = try own.request(claim, .wait(seconds: 0), omitting: [.contiguousSummaries])
    let source = try PageSource.find(trusting, on: own.rig.connection)
    #expect(source.name == "WAL summaries")
    let answer = try own.rig.answer(source, since: claim)
    #expect(try own.rig.spliced(claim, answer) != own.rig.rows())
    try own.scratch.remove()
  }

  @Test("A gap in the middle is no cover")
  func gap() throws {
    let own = try Rig()
    let rig = own.rig
    // The parent's horizon lies in a summary of its own, the change in the next, more in the last.
    try rig.connection.execute("CHECKPOINT")
    let claim = try rig.claim()
    _ = try own.summaries(claim)
    try rig.connection.execute("DELETE FROM t WHERE id = 30")
    let middle = try rig.insertPosition()
    _ = try own.summaries(claim)
    // By its place: a scan would prune the other page, and name it in this summary too.
    try rig.connection.execute("DELETE FROM t WHERE ctid = '(82,1)'")
    _ = try own.summaries(claim)
    let directory = "\(own.scratch.dataDirectory)/pg_wal/summaries"
    let files = try FileManager.default.contentsOfDirectory(atPath: directory)
    for file in files where holds(file, middle) {
      try FileManager.default.removeItem(atPath: "\(directory)/\(file)")
    }
    let source = try PageSource.find(
      own.request(claim, .wait(seconds: 0)),
      on: rig.connection
    )
    #expect(source.name == "none")
    let trusting = try own.request(claim, .wait(seconds: 0), omitting: [.contiguousSummaries])
    let answer = try rig.answer(PageSource.find(trusting, on: rig.connection), since: claim)
    #expect(try rig.spliced(claim, answer) != rig.rows())
    try own.scratch.remove()
  }

  /// Whether a summary's file name, timeline, start and end in hexadecimal, spans a position.
  private func holds(_ file: String, _ position: LSN) -> Bool {
    let digits = Array(file.prefix(40))
    guard digits.count == 40,
      let start = UInt64(String(digits[8..<24]), radix: 16),
      let end = UInt64(String(digits[24..<40]), radix: 16)
    else { return false }
    return start < position.position && position.position <= end
  }

  @Test("A table that was truncated is read whole")
  func limitBlock() throws {
    let own = try Rig()
    let rig = own.rig
    let claim = try rig.claim()
    try rig.connection.execute("DELETE FROM t WHERE id > 1000")
    try rig.connection.execute("VACUUM t")
    try rig.connection.execute("CREATE EXTENSION pageinspect")
    #expect(try rig.pages() < claim.pages)
    // The table grows again without a record of the log for each page.
    let line = "1\t\(String(repeating: "y", count: 300))\n"
    try Psql.run(
      "COPY t FROM STDIN;\n\(String(repeating: line, count: 990))\\.\n",
      on: own.scratch.settings(),
      server: .v18
    )
    guard case .whole(let reason)? = try rig.answer(own.summaries(claim), since: claim) else {
      Issue.record("a truncated table was read by its changed pages")
      return
    }
    #expect(reason == "it was truncated since the last snapshot")
    let believing = try rig.answer(own.summaries(claim), since: claim, omitting: [.limitBlocks])
    guard case .pages? = believing else {
      Issue.record("another rule noticed the truncation")
      return
    }
    try own.scratch.remove()
  }

  @Test("A database that was made anew is read whole, and blocks beyond the end are dropped")
  func databaseFile() throws {
    let file = ChangeSummary.File(tablespace: 1663, fileNode: 9)
    let table = PageCheck.Table(
      oid: 9,
      name: RelationName(schema: "s", name: "t"),
      tablespace: 1663,
      fileNode: 9,
      pages: 10,
      parentPages: 10
    )
    func answer(_ isNew: Bool, _ omitted: Set<Precaution>) -> PageCheck.Answer? {
      let summary = ChangeSummary(
        changes: [file: .init(hasLimit: false, blocks: PageSet(ranges: [8..<14]))],
        hasDatabaseChange: isNew
      )
      let check = PageCheck(
        tables: [table],
        horizon: .zero,
        source: .summaries(summary),
        omitted: omitted
      )
      return check.answers([])[9]
    }
    #expect(answer(true, []) == .whole("the database was created or moved since the last snapshot"))
    #expect(answer(true, [.databaseFile]) == .pages(PageSet(ranges: [8..<10])))
    #expect(answer(false, []) == .pages(PageSet(ranges: [8..<10])))
    #expect(answer(false, [.pagesBelowEnd]) == .pages(PageSet(ranges: [8..<14])))
  }

  @Test("A clone by files shows as relation file 0")
  func clone() throws {
    let own = try Rig()
    try own.rig.connection.execute("CREATE DATABASE tpl TEMPLATE template0")
    let tpl = try Connection.open(own.scratch.settings(database: "tpl"))
    try tpl.execute("CREATE TABLE t (id int, pad text); INSERT INTO t VALUES (1, 'old')")
    let horizon = try own.rig.insertPosition()
    withExtendedLifetime(tpl) {}
    try closeAll(of: "tpl", on: own.rig.connection)
    try own.rig.connection.execute("CREATE DATABASE clone TEMPLATE tpl STRATEGY = FILE_COPY")
    let clone = try PageRig(own.scratch.settings(database: "clone"))
    let claim = PageRig.Claim(horizon: horizon, rows: [0: ["(0,1) another row"]], pages: 1)
    let facts = try ServerFacts.read(clone.connection)
    let request = PageSource.Request(
      horizon: horizon,
      insert: facts.insert,
      timeline: facts.timeline,
      databaseOid: facts.databaseOid,
      checkpoint: .force
    )
    let source = try PageSource.find(request, on: clone.connection)
    guard case .whole? = try clone.answer(source, since: claim) else {
      Issue.record("a clone was read by its changed pages")
      return
    }
    let believing = try clone.answer(source, since: claim, omitting: [.databaseFile])
    #expect(try clone.spliced(claim, believing) != clone.rows())
    try own.scratch.remove()
  }

  private func closeAll(of database: String, on connection: Connection) throws {
    try connection.execute(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '\(database)'"
    )
  }
}
