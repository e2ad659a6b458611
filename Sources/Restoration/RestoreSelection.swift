internal import Bytes
internal import Catalog
internal import Problems
internal import Snapshot

/// Which part of a snapshot is restored: everything, some schemas, or some tables.
struct RestoreSelection: Sendable {
  /// The tables whose rows are restored.
  let tables: [Manifest.Table]
  /// The schemas that were asked for; empty for all.
  let schemas: Set<ExactText>
  /// The tables that were asked for by pattern; nil for all.
  let labels: Set<ExactText>?
  /// The partitioned tables above the tables, which come along without their other partitions.
  let parents: Set<RelationName>
  private let hasLargeObjects: Bool

  init(
    options: RestoreOptions,
    manifest: Manifest,
    partitions: PartitionTree = PartitionTree()
  ) throws {
    let known = Set(manifest.database.schemas.map(ExactText.init))
    for schema in options.schemas where !known.contains(ExactText(schema)) {
      throw Problem(
        .usage,
        code: "restore.no-such-schema",
        "the snapshot has no schema \(schema)",
        facts: [Problem.Fact("schemas", manifest.database.schemas.joined(separator: ", "))],
        hint: "drydock show SNAPSHOT lists what it holds."
      )
    }
    let chosen = Set(options.schemas.map(ExactText.init))
    schemas = chosen
    hasLargeObjects = manifest.largeObjectCount > 0
    let patterns = options.tables.map { TablePattern($0) }
    let inSchemas = manifest.tables.filter {
      chosen.isEmpty || chosen.contains(ExactText($0.schema))
    }
    let excluded = options.excludedTables.map { TablePattern($0) }
    guard !patterns.isEmpty || !excluded.isEmpty else {
      (tables, labels, parents) = (inSchemas, nil, [])
      return
    }
    func fits(_ table: Manifest.Table, _ pattern: TablePattern) -> Bool {
      let name = RelationName(schema: table.schema, name: table.name)
      return pattern.matches(name)
        || partitions.ancestors(of: name).contains { pattern.matches($0) }
    }
    for (pattern, text) in zip(patterns, options.tables)
    where !inSchemas.contains(where: { fits($0, pattern) }) {
      throw Problem(
        .usage,
        code: "restore.no-such-table",
        "no table of the snapshot matches \(text)",
        hint: "Write schema.name; drydock show SNAPSHOT lists the tables."
      )
    }
    let included = inSchemas.filter { table in
      patterns.isEmpty || patterns.contains { fits(table, $0) }
    }
    try Self.requireUse(of: excluded, options.excludedTables) { pattern in
      included.contains { fits($0, pattern) }
    }
    tables = included.filter { table in !excluded.contains { fits(table, $0) } }
    labels = Set(tables.map { ExactText($0.label) })
    parents = Set(
      tables.flatMap {
        partitions.ancestors(of: RelationName(schema: $0.schema, name: $0.name))
      }
    )
  }

  /// Chooses in a snapshot, where a name may be that of a partitioned table.
  init(of content: SnapshotContent, options: RestoreOptions) throws {
    try self.init(
      options: options,
      manifest: content.manifest,
      partitions: try PartitionTree(of: content, options: options)
    )
  }

  /// An exclusion that fits nothing is a typing error, and would bring what nobody wanted.
  private static func requireUse(
    of patterns: [TablePattern],
    _ texts: [String],
    _ isUsed: (TablePattern) -> Bool
  ) throws {
    for (pattern, text) in zip(patterns, texts) where !isUsed(pattern) {
      throw Problem(
        .usage,
        code: "restore.no-such-table",
        "no table that would be restored matches --exclude-table \(text)",
        hint: "Write schema.name; drydock show SNAPSHOT lists the tables."
      )
    }
  }

  /// Whether a sequence or a materialised view belongs to the selection.
  func includes(_ schema: String, _ name: String) -> Bool {
    guard labels == nil else { return false }
    return schemas.isEmpty || schemas.contains(ExactText(schema))
  }

  /// Whether everything is restored.
  var isWhole: Bool { schemas.isEmpty && labels == nil }

  /// What a part cannot bring along, for the person who asked for it.
  var omissions: [String] {
    if labels != nil {
      return ["foreign keys, triggers, policies and rights of the tables"]
    }
    return schemas.isEmpty || !hasLargeObjects
      ? [] : ["large objects, which belong to no schema"]
  }

  /// The entries of the archive's table of contents that belong to the selection; nil for all.
  func entries(_ all: [Archive.Entry], _ parts: TableParts) -> [Archive.Entry]? {
    if isWhole { return nil }
    if labels != nil { return all.filter { belongsToTables($0) || parts.contains($0) } }
    return all.filter { entry in schemas.contains { entry.belongs(toSchema: $0.text) } }
  }

  private func belongsToTables(_ entry: Archive.Entry) -> Bool {
    switch entry.kind {
    case "TABLE", "TABLE ATTACH", "CONSTRAINT", "CHECK CONSTRAINT", "DEFAULT":
      tables.contains { entry.rest.beginsExactly(with: "\($0.schema) \($0.name) ") }
        || parents.contains { entry.rest.beginsExactly(with: "\($0.schema) \($0.name) ") }
    case "SECURITY LABEL":
      tables.contains { entry.rest.beginsExactly(with: "\($0.schema) TABLE \($0.name) ") }
    case "INDEX", "INDEX ATTACH":
      tables.contains { table in
        table.indexes.contains { entry.rest.beginsExactly(with: "\(table.schema) \($0) ") }
      }
    default: false
    }
  }
}

extension Archive.Entry {
  /// Whether the entry is the schema itself, something in it, or something about it.
  func belongs(toSchema schema: String) -> Bool {
    switch kind {
    case "SCHEMA": rest.beginsExactly(with: "- \(schema) ")
    case "ACL", "COMMENT", "SECURITY LABEL":
      rest.beginsExactly(with: "- SCHEMA \(schema) ") || rest.beginsExactly(with: "\(schema) ")
    case "EXTENSION": false
    default: rest.beginsExactly(with: "\(schema) ")
    }
  }
}
