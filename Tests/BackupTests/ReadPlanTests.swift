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

  @Test("One large table becomes many pieces, so that it uses all workers")
  func manyPieces() {
    let plan = ReadPlan(relations: [table(1)], pages: [1: 10_000])
    #expect(plan.pieces.count == 10)
    #expect(plan.pieces.map(\.pages.count).reduce(0, +) == 10_000)
    #expect(plan.pieces.allSatisfy { $0.pages.lowerBound % 16 == 0 })
  }

  @Test("The largest table comes first")
  func largestFirst() {
    let plan = ReadPlan(relations: [table(1), table(2)], pages: [1: 3, 2: 300])
    #expect(plan.pieces.map(\.table) == [1, 0])
  }

  @Test("An empty table has no piece but stays in the plan")
  func empty() {
    let plan = ReadPlan(relations: [table(1)], pages: [1: 0])
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
