import Digests
import Snapshot
import Testing

@testable import Backup
@testable import Catalog

@Suite("Whether a relation may be read by its changed pages")
struct RelationTrustTests {
  private static let relation = Relation(
    oid: 20_000,
    name: RelationName(schema: "s", name: "t"),
    kind: .table,
    isUnlogged: false,
    fileNode: 20_001,
    accessMethod: "heap",
    isPopulated: true,
    columns: [Column(name: "a", type: "integer"), Column(name: "b", type: "integer")],
    condition: nil,
    isConfiguration: false,
    loadRoot: nil,
    indexes: []
  )
  private static let state = RelationState(tablespace: 1663, columns: "c", types: "t")
  private static let table = Manifest.Table(
    oid: 20_000,
    schema: "s",
    name: "t",
    fileNode: 20_001,
    columns: [.init(name: "a", type: "integer"), .init(name: "b", type: "integer")],
    pages: 10,
    stripePages: 16,
    rows: 1,
    bytes: 1,
    digest: DigestSum(),
    segments: [],
    loadRoot: nil,
    condition: nil,
    isConfiguration: false,
    indexes: [],
    reading: .init(way: .whole, reason: "first snapshot"),
    state: .init(tablespace: 1663, columns: "c", types: "t")
  )

  /// A difference between parent and now, and the rule that it breaks.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let precaution: Precaution
    let change: @Sendable (inout Manifest.Table, inout Relation, inout RelationState) -> Void

    init(
      _ description: String,
      _ precaution: Precaution,
      _ change:
        @escaping @Sendable (inout Manifest.Table, inout Relation, inout RelationState) -> Void
    ) {
      self.description = description
      self.precaution = precaution
      self.change = change
    }
  }

  static let cases = [
    Case("another oid", .tableOid) { _, relation, _ in relation.oid += 1 },
    Case("another file node", .fileNode) { _, relation, _ in relation.fileNode = 20_002 },
    Case("no file node", .fileNode) { table, relation, _ in
      relation.fileNode = nil
      table.fileNode = nil
    },
    Case("another tablespace", .tablespace) { _, _, state in state.tablespace = 17_000 },
    Case("unlogged", .unlogged) { _, relation, _ in relation.isUnlogged = true },
    Case("a condition", .condition) { _, relation, _ in relation.condition = "WHERE a > 0" },
    Case("a condition that the parent had", .condition) { table, _, _ in
      table.condition = "WHERE a > 0"
    },
    Case("other columns", .columns) { _, _, state in state.columns = "d" },
    Case("columns in another order, as a partitioned root has them", .columns) { _, relation, _ in
      relation.columns.reverse()
    },
    Case("another type", .types) { _, _, state in state.types = "u" },
    Case("a type whose text nobody foresees, then and now", .types) { table, _, state in
      table.state?.types = nil
      state.types = nil
    },
  ]

  @Test("A relation that is as it was may be")
  func same() {
    #expect(
      RelationTrust.reason(table: Self.table, relation: Self.relation, state: Self.state) == nil
    )
  }

  @Test("Each difference means a whole read; without its rule nobody notices", arguments: cases)
  func differences(each: Case) {
    var (table, relation, state) = (Self.table, Self.relation, Self.state)
    each.change(&table, &relation, &state)
    func reason(_ omitted: Set<Precaution>) -> String? {
      RelationTrust.reason(table: table, relation: relation, state: state, omitted: omitted)
    }
    #expect(reason([]) != nil)
    #expect(reason([each.precaution]) == nil)
    #expect(reason(Set(Precaution.allCases).subtracting([each.precaution])) != nil)
  }

  @Test("What the parent cannot say means a whole read, whatever rules are left out")
  func unknown() {
    let omitted = Set(Precaution.allCases)
    func reason(_ table: Manifest.Table?, _ state: RelationState?) -> String? {
      RelationTrust.reason(table: table, relation: Self.relation, state: state, omitted: omitted)
    }
    #expect(reason(nil, Self.state) != nil)
    #expect(reason(Self.table, nil) != nil)
    var old = Self.table
    old.state = nil
    #expect(reason(old, Self.state) != nil)
    var byContent = Self.table
    byContent.stripePages = 0
    #expect(reason(byContent, Self.state) != nil)
    var elsewhere = Self.relation
    elsewhere.accessMethod = "columnar"
    #expect(
      RelationTrust.reason(table: Self.table, relation: elsewhere, state: Self.state) != nil
    )
  }
}
