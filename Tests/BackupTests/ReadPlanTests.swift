import Digests
import Snapshot
import Testing

@testable import Backup
@testable import Catalog

@Suite("A plan cuts tables into pieces")
struct ReadPlanTests {
  private func table(_ oid: Int) -> Relation {
    Relation(
      oid: oid,
      name: RelationName(schema: "s", name: "t\(oid)"),
      kind: .table,
      isUnlogged: false,
      fileNode: oid,
      accessMethod: "heap",
      isPopulated: true,
      columns: [],
      condition: nil,
      isConfiguration: false,
      loadRoot: nil,
      indexes: []
    )
  }

  private func plan(_ relations: [Relation], pages: [Int: Int]) -> ReadPlan {
    ReadPlan(
      tables: relations.map {
        ReadPlan.Table(relation: $0, pages: pages[$0.oid] ?? 0, way: .whole(reason: "test"))
      }
    )
  }

  /// A table that was in the parent with as many pages.
  private func changed(_ changed: [Range<Int>], pages: Int, parentPages: Int) -> ReadPlan {
    let relation = table(1)
    let parent = Manifest.Table(
      oid: 1,
      schema: "s",
      name: "t1",
      fileNode: 1,
      columns: [],
      pages: parentPages,
      stripePages: 16,
      rows: 0,
      bytes: 0,
      digest: .zero,
      segments: [],
      loadRoot: nil,
      condition: nil,
      isConfiguration: false,
      indexes: [],
      reading: Manifest.Reading(way: .whole, reason: "test")
    )
    return ReadPlan(
      tables: [
        ReadPlan.Table(
          relation: relation,
          pages: pages,
          way: .changed(PageSet(ranges: changed), source: "test"),
          parent: parent
        )
      ]
    )
  }

  @Test("Only stripes with a changed page are written, only changed pages are read")
  func changedStripes() {
    let plan = changed([3..<4, 15..<17, 2000..<2001], pages: 4000, parentPages: 4000)
    #expect(plan.pieces.map(\.stripes) == [[0, 1], [125]])
    #expect(plan.pieces.map(\.changed.count) == [3, 1])
    #expect(plan.pagesToRead == 4)
  }

  @Test("A table of which nothing changed is in no piece")
  func unchanged() {
    #expect(changed([], pages: 4000, parentPages: 4000).pieces.isEmpty)
  }

  @Test("The stripe in which a table was cut off is written, though no page of it changed")
  func cut() {
    let plan = changed([], pages: 20, parentPages: 40)
    #expect(plan.pieces.map(\.stripes) == [[1]])
    #expect(plan.pagesToRead == 0)
    #expect(changed([], pages: 32, parentPages: 40).pieces.isEmpty)
    #expect(changed([18..<19], pages: 20, parentPages: 40).pieces.map(\.stripes) == [[1]])
  }

  @Test("One large table becomes many pieces, so that it uses all workers")
  func manyPieces() {
    let plan = plan([table(1)], pages: [1: 10_000])
    #expect(plan.pieces.count == 10)
    #expect(plan.pieces.map(\.pages.count).reduce(0, +) == 10_000)
    #expect(plan.pieces.allSatisfy { $0.pages.lowerBound % 16 == 0 })
  }

  @Test("The largest table comes first")
  func largestFirst() {
    let plan = plan([table(1), table(2)], pages: [1: 3, 2: 300])
    #expect(plan.pieces.map(\.table) == [1, 0])
  }

  @Test("An empty table has no piece but stays in the plan")
  func empty() {
    let plan = plan([table(1)], pages: [1: 0])
    #expect(plan.pieces.isEmpty)
    #expect(plan.tables.count == 1)
  }

  @Test(
    "Stripes grow with the table, so that a terabyte has about a million",
    arguments: [(1, 16), (2_097_152, 16), (2_097_153, 32), (8_388_608, 64), (134_217_728, 128)]
  )
  func stripePages(pages: Int, expected: Int) {
    #expect(ReadPlan.stripePages(tablePages: pages) == expected)
  }
}
