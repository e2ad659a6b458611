import Catalog
import Digests
import Foundation
import ObjectStore
import Postgres
import Repository
import Snapshot
import TestSupport
import Testing

@testable import Backup

@Suite("A stripe that the parent has lost")
struct LostStripeTests {
  private static let stripePages = 16

  /// A parent whose list can be read, and whose chunks are nowhere.
  private func lostParent(pages: Int, in repository: Repository) throws -> Manifest.Table {
    let writer = try repository.beginSnapshot(parent: nil)
    let encoder = try writer.makeEncoder()
    let nowhere = try #require(ChunkID(Array(repeating: 7, count: ChunkID.length)))
    let stripe = Stripe(chunks: [nowhere], rows: 1, bytes: 2, digest: .init())
    let count = (pages + Self.stripePages - 1) / Self.stripePages
    let list = Segment(stripes: Array(repeating: stripe, count: count)).encoded()
    let segment = try encoder.write(list.span, kind: .list, level: 1).id
    _ = try writer.commit(manifest: [], at: .now, closure: [segment])
    var table = Manifest.Table.sample("t", segments: [segment])
    (table.pages, table.stripePages) = (pages, Self.stripePages)
    return table
  }

  @Test(
    "is read again whole, and gets no row of the stripes beside it",
    arguments: TestServer.allCases
  )
  func readAgain(server: TestServer) throws {
    try withDatabase(on: server) { settings in
      let connection = try Connection.open(settings)
      try connection.execute(
        "CREATE TABLE t AS SELECT g, repeat('x', 300) AS pad FROM generate_series(1, 3000) g"
      )
      let relation = try #require(try Relation.list(connection).first { $0.name.name == "t" })
      let pages = try #require(
        try connection.execute("SELECT pg_relation_size('t') / 8192").int
      )
      let repository = try Repository.create(in: MemoryStore(), encryption: .none)
      // One page in the third stripe, and one in the fifth.
      let plan = ReadPlan(tables: [
        ReadPlan.Table(
          relation: relation,
          pages: pages,
          way: .changed(PageSet(ranges: [40..<41, 70..<71]), source: "test"),
          parent: try lostParent(pages: pages, in: repository)
        )
      ])
      let reader = RowReader(
        connection: connection,
        encoding: "UTF8",
        seed: 1,
        parents: ParentReader(reader: try repository.makeReader())
      ) { _, _ in try #require(ChunkID(Array(repeating: 1, count: ChunkID.length))) }
      let outcome = try connection.transaction("ISOLATION LEVEL REPEATABLE READ, READ ONLY") {
        try connection.setTransferSettings(forReading: true)
        return try reader.read(plan.pieces[0], of: plan.tables[0])
      }
      #expect(outcome.lost.count == 1)
      #expect(outcome.stripes.keys.sorted() == [2, 4])
      for (number, stripe) in outcome.stripes {
        let first = number * Self.stripePages
        let rows = try connection.execute(
          """
          SELECT count(*) FROM t WHERE ctid >= '(\(first),0)'
            AND ctid < '(\(first + Self.stripePages),0)'
          """
        )
        #expect(stripe.rows == rows.int, "stripe \(number)")
      }
    }
  }
}
