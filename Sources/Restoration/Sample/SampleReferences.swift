internal import Catalog
internal import Postgres
internal import Snapshot

/// The foreign keys that hold on a snapshot, and the tables in which their rows lie.
struct SampleReferences: Sendable {
  /// The keys, as searches for rows that refer to nothing.
  private(set) var searches: [ForeignKeyCheck.Search] = []
  /// The oids of tables that are taken whole: a key over periods is not equal to what it refers to.
  private(set) var needWhole: Set<Int> = []
  private let tree: PartitionTree
  private let tables: [Manifest.Table]

  init(of content: SnapshotContent, _ work: RestoreWork, _ options: RestoreOptions) throws {
    let entries = try work.archive.entries()
    let attached = entries.filter { $0.kind == "TABLE ATTACH" }
    tree = PartitionTree(
      script: attached.isEmpty
        ? "" : try work.archive.script(.preData, only: attached, without: [])
    )
    tables = content.manifest.tables
    let keys = entries.filter { $0.kind == "FK CONSTRAINT" }
    guard !keys.isEmpty else { return }
    let script = try work.archive.script(.postData, only: keys, without: [])
    for statement in DefinitionScript(script).parts.flatMap(\.statements) {
      if let key = ForeignKeyStatement(statement) { add(key) }
    }
  }

  private mutating func add(_ key: ForeignKeyStatement) {
    guard !key.definition.hasSuffix("NOT VALID"), !key.definition.hasSuffix("NOT ENFORCED"),
      let definition = ForeignKeyDefinition(key.definition), let schema = definition.schema
    else { return }
    let search = ForeignKeyCheck.Search(
      name: key.key.name,
      table: RelationName(schema: key.key.schema, name: key.key.table),
      other: RelationName(schema: schema, name: definition.table),
      definition: definition
    )
    if definition.isTemporal {
      needWhole.formUnion((leaves(of: search.table) + leaves(of: search.other)).map(\.oid))
    } else {
      searches.append(search)
    }
  }

  /// A table as its keys see it: with its partitions, and without tables that inherit from it.
  ///
  /// In ASCII, since it is sent under the snapshot's encoding.
  func source(_ name: RelationName) -> String {
    let isPartitioned = tables.contains { table in
      tree.ancestors(of: RelationName(schema: table.schema, name: table.name)).contains(name)
    }
    return (isPartitioned ? "" : "ONLY ") + SQL.asciiIdentifier(name.schema, name.name)
  }

  /// The tables that hold the rows of a table, which may be partitioned.
  func leaves(of name: RelationName) -> [Manifest.Table] {
    tables.filter { table in
      let own = RelationName(schema: table.schema, name: table.name)
      return own == name || tree.ancestors(of: own).contains(name)
    }
  }
}
