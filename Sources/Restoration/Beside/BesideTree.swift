internal import Catalog
internal import Postgres
internal import Problems

/// A table with its partitions, and what belongs to them, as a scratch server lists them.
struct BesideTree: Sendable {
  /// A relation, or a statistics object.
  struct Relation: Hashable, Sendable {
    let oid: Int
    let schema: String
    var name: String
    /// As in `pg_class.relkind`; `x` for a statistics object.
    let kind: String

    /// Whether rows lie in it, which they do not in a partitioned table.
    var hasRows: Bool { kind == "r" }
    /// The relation for a person.
    var label: String { "\(schema).\(name)" }
    /// The relation for a statement.
    var sql: String { SQL.identifier(schema, name) }
  }

  let root: Relation
  /// The root and its partitions, those first that others hang on.
  let tables: [Relation]

  /// Finds the one table that a pattern means.
  static func root(
    _ pattern: String,
    among schemas: [String],
    _ connection: Connection
  ) throws -> Relation {
    let wanted = TablePattern(pattern)
    let found = try connection.execute(BesideQuery.relations).map(Relation.init).filter {
      wanted.matches(RelationName(schema: $0.schema, name: $0.name))
        && (schemas.isEmpty || schemas.contains($0.schema))
    }
    let tables = found.filter { ["r", "p"].contains($0.kind) }
    if tables.count == 1 { return tables[0] }
    throw Problem(
      .usage,
      code: tables.isEmpty ? "restore.no-such-table" : "restore.rename-one-table",
      tables.isEmpty
        ? "the snapshot has no table \(pattern)"
        : "\(pattern) fits \(tables.count) tables, and --rename takes one",
      reason: tables.isEmpty ? found.first.map { "\($0.label) is a view or a sequence" } : nil,
      facts: tables.prefix(10).map { Problem.Fact("table", $0.label) },
      hint: "Write schema.name; drydock show SNAPSHOT lists the tables."
    )
  }

  /// Reads the partitions of a root.
  static func read(_ root: Relation, _ connection: Connection) throws -> BesideTree {
    let tables = try connection.execute(BesideQuery.tree(root.oid)).map(Relation.init)
    return BesideTree(root: root, tables: tables)
  }

  /// The oids of the tables, for a list in parentheses.
  var oids: String { tables.map { String($0.oid) }.joined(separator: ", ") }

  /// Parts the tree from parents that do not come along; returns what that leaves out.
  func detach(_ connection: Connection) throws -> [String] {
    try connection.execute(BesideQuery.outsideParents(oids)).map { row in
      let (child, parent) = (row.string("child"), row.string("parent"))
      if row.bool("is_partition") {
        try connection.execute("ALTER TABLE \(parent) DETACH PARTITION \(child)")
        return "being a partition of \(parent)"
      }
      try connection.execute("ALTER TABLE \(child) NO INHERIT \(parent)")
      return "being a child of \(parent)"
    }
  }

  /// Drops policies that read other tables, which making them would lock; row security stays on.
  func dropPoliciesOnOthers(_ connection: Connection) throws -> [String] {
    try connection.execute(BesideQuery.policiesOnOthers(oids)).map { row in
      let (policy, table) = (row.string("policy"), row.string("table"))
      try connection.execute("DROP POLICY \(SQL.identifier(policy)) ON \(table)")
      return "policy \(policy) of \(table), which reads other tables; row security is on"
    }
  }

  /// Gives everything a name that is free in the live database, and on the scratch.
  func rename(
    to name: String,
    _ taken: BesideNames.Taken,
    _ connection: Connection
  ) throws -> BesideRenames {
    let here = try BesideNames.taken(connection)
    let all = taken.merging(here) { $0.union($1) }
    var names = BesideNames(old: root.name, new: name, taken: all)
    var renames = BesideRenames()
    let parts = try connection.execute(BesideQuery.parts(oids)).map(Relation.init)
    for relation in tables + parts {
      let new = relation == root ? name : names.name(for: relation.name, in: relation.schema)
      let kind =
        switch relation.kind {
        case "i", "I": "INDEX"
        case "S": "SEQUENCE"
        case "x": "STATISTICS"
        default: "TABLE"
        }
      try connection.execute(
        "ALTER \(kind) \(relation.sql) RENAME TO \(SQL.identifier(new))"
      )
      renames.note(relation, new)
    }
    return renames
  }
}

extension BesideTree.Relation {
  fileprivate init(_ row: Rows.Row) {
    self.init(
      oid: row.int("oid"),
      schema: row.string("schema"),
      name: row.string("name"),
      kind: row.string("kind")
    )
  }
}

extension BesideTree {
  /// Whether an entry of the archive belongs to one of the tables.
  func owns(_ entry: Archive.Entry) -> Bool {
    tables.contains { entry.rest.hasPrefix("\($0.schema) \($0.name) ") }
  }

  /// What ties the tables to others, out of the archive's table of contents.
  func tied(by entries: [Archive.Entry]) -> [String] {
    let kinds = ["FK CONSTRAINT": "foreign key", "TRIGGER": "trigger", "RULE": "rule"]
    return entries.flatMap { entry -> [String] in
      tables.compactMap { table in
        let place = "\(table.schema) \(table.name) "
        if let kind = kinds[entry.kind], entry.rest.hasPrefix(place) {
          return "\(kind) \(Self.withoutOwner(entry.rest.dropFirst(place.count))) of \(table.label)"
        }
        if entry.isLabel, entry.rest.hasPrefix("\(table.schema) TABLE \(table.name) ") {
          return "security labels of \(table.label) and its columns"
        }
        guard entry.kind == "PUBLICATION TABLE", entry.rest.hasPrefix("\(table.schema) "),
          entry.rest.contains(" \(table.name) ")
        else { return nil }
        let name = entry.rest.dropFirst(table.schema.count + 1).prefix { $0 != " " }
        return "publication \(name) of \(table.label)"
      }
    }
  }

  /// A line of the table of contents ends with the owner.
  private static func withoutOwner(_ text: Substring) -> Substring {
    text.lastIndex(of: " ").map { text[..<$0] } ?? text
  }
}
