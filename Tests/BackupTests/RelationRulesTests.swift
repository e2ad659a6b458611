import Catalog
import Digests
import Postgres
import Snapshot
import TestSupport
import Testing

@testable import Backup

@Suite("Changes that touch no page, on real tables")
struct RelationRulesTests {
  /// What is made, what is changed, and the rule that must notice.
  struct Case: Sendable, CustomStringConvertible {
    let description: String
    let setUp: String
    let change: String
    let rules: Set<Precaution>
  }

  static let cases = [
    Case(
      description: "DROP and ADD of the same name and type",
      setUp:
        "CREATE TABLE t (a int, b int, c int); INSERT INTO t SELECT g, g, g FROM generate_series(1, 5) g",
      change: "ALTER TABLE t DROP b; ALTER TABLE t ADD b int",
      rules: [.columns]
    ),
    Case(
      description: "two columns that swap their names",
      setUp:
        "CREATE TABLE t (a int, b int); INSERT INTO t SELECT g, -g FROM generate_series(1, 5) g",
      change:
        "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME x TO b",
      rules: [.columns]
    ),
    Case(
      description: "a column with a default that no row holds",
      setUp: "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
      change: "ALTER TABLE t ADD b int DEFAULT 7",
      rules: [.columns, .types]
    ),
    Case(
      description: "an attribute added to a composite inside arrays",
      setUp: """
        CREATE TYPE pair AS (x int, y text); CREATE TABLE t (p pair[]);
        INSERT INTO t VALUES (ARRAY[ROW(1, 'q')::pair])
        """,
      change: "ALTER TYPE pair ADD ATTRIBUTE z int",
      rules: [.types]
    ),
    Case(
      description: "a label renamed inside arrays",
      setUp: """
        CREATE TYPE mood AS ENUM ('calm', 'busy'); CREATE TABLE t (m mood[]);
        INSERT INTO t VALUES ('{calm,busy}')
        """,
      change: "ALTER TYPE mood RENAME VALUE 'calm' TO 'quiet'",
      rules: [.types]
    ),
    Case(
      description: "a column added to a table whose rows are values",
      setUp: """
        CREATE TABLE base (p int); CREATE TABLE t (b base); INSERT INTO t VALUES (ROW(1)::base)
        """,
      change: "ALTER TABLE base ADD n int",
      rules: [.types]
    ),
    Case(
      description: "another table's name in a value",
      setUp: "CREATE TABLE u (); CREATE TABLE t (n regclass); INSERT INTO t VALUES ('u')",
      change: "ALTER TABLE u RENAME TO v",
      rules: [.types]
    ),
    Case(
      description: "a row of an unlogged table",
      setUp: "CREATE UNLOGGED TABLE t (a int); INSERT INTO t VALUES (1)",
      change: "UPDATE t SET a = 2",
      rules: [.unlogged]
    ),
  ]

  @Test(
    "The rule notices; without it the child would repeat the parent's text",
    arguments: TestServer.allCases
  )
  func rules(server: TestServer) throws {
    for each in Self.cases {
      try withDatabase(on: server) { settings in
        let rig = try PageRig(settings)
        try rig.connection.execute("CREATE EXTENSION pageinspect; " + each.setUp)
        // Hint bits are set and logged before the parent looks.
        try rig.connection.execute("VACUUM FREEZE t")
        let claim = try rig.claim()
        let parent = try table(rig, claim)
        try rig.connection.execute(each.change)
        #expect(try reason(rig, parent, []) != nil, "\(each)")
        #expect(try reason(rig, parent, each.rules) == nil, "\(each)")
        let answer = try rig.answer(rig.headers(), since: claim)
        #expect(answer == .pages(.empty), "\(each)")
        #expect(try rig.spliced(claim, answer) != rig.rows(), "\(each)")
      }
    }
  }

  @Test("A file that was made anew is noticed", arguments: TestServer.allCases)
  func fileNode(server: TestServer) throws {
    for change in ["TRUNCATE t", "VACUUM FULL t", "ALTER TABLE t ALTER a TYPE bigint"] {
      try withDatabase(on: server) { settings in
        let rig = try PageRig(settings)
        try rig.connection.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
        let parent = try table(rig, try rig.claim())
        #expect(try reason(rig, parent, []) == nil)
        try rig.connection.execute(change)
        #expect(try reason(rig, parent, [.columns, .types]) == "it was rewritten or truncated")
      }
    }
  }

  private func look(_ rig: PageRig) throws -> (Relation, RelationState) {
    try rig.connection.transaction("ISOLATION LEVEL REPEATABLE READ, READ ONLY") {
      try rig.connection.setTransferSettings(forReading: true)
      let relation = try #require(
        try Relation.list(rig.connection).first { $0.name.name == rig.table }
      )
      return (relation, try #require(try RelationState.read(rig.connection)[relation.oid]))
    }
  }

  private func reason(
    _ rig: PageRig,
    _ parent: Manifest.Table,
    _ omitted: Set<Precaution>
  ) throws -> String? {
    let (relation, state) = try look(rig)
    return RelationTrust.reason(table: parent, relation: relation, state: state, omitted: omitted)
  }

  private func table(_ rig: PageRig, _ claim: PageRig.Claim) throws -> Manifest.Table {
    let (relation, state) = try look(rig)
    return Manifest.Table(
      oid: relation.oid,
      schema: relation.name.schema,
      name: relation.name.name,
      fileNode: relation.fileNode,
      columns: relation.columns.map { .init(name: $0.name, type: $0.type) },
      pages: claim.pages,
      stripePages: 16,
      rows: 0,
      bytes: 0,
      digest: DigestSum(),
      segments: [],
      loadRoot: nil,
      condition: relation.condition,
      isConfiguration: relation.isConfiguration,
      indexes: relation.indexes,
      reading: .init(way: .whole, reason: "first snapshot"),
      state: .init(tablespace: state.tablespace, columns: state.columns, types: state.types)
    )
  }
}
