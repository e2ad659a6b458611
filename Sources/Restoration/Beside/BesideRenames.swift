internal import Postgres
internal import Snapshot

/// Which object of a tree got which name.
struct BesideRenames {
  private var names: [BesideTree.Relation: String] = [:]

  /// Notes that a relation has another name.
  mutating func note(_ relation: BesideTree.Relation, _ name: String) { names[relation] = name }

  /// The relation under its new name.
  func relation(_ relation: BesideTree.Relation) -> BesideTree.Relation {
    var renamed = relation
    renamed.name = names[relation] ?? relation.name
    return renamed
  }

  /// Statements that set the sequences of the tree to the snapshot's values.
  func values(of sequences: [Manifest.Sequence]) -> [String] {
    names.compactMap { relation, name in
      let found = sequences.first { $0.schema == relation.schema && $0.name == relation.name }
      guard relation.kind == "S", let found else { return nil }
      let sequence = SQL.literal(SQL.identifier(relation.schema, name))
      return "SELECT pg_catalog.setval(\(sequence), \(found.lastValue), \(found.isCalled))"
    }.sorted()
  }
}
