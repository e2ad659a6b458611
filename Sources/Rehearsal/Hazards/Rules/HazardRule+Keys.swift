internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// Keys and indexes as they are made.
  static let keys = [
    HazardRule(.wideIndex) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action in
          guard case .createIndex(let table, let index) = action, index.width > 3,
            !index.isUnique
          else { return nil }
          return evidence.finding(
            .wideIndex,
            step,
            table.name,
            "indexes \(table.name) by \(index.width) columns"
          )
        }
      }
    }
  ]
}

extension LateHazardRule {
  /// Foreign keys that the patch made and that no index helps when all patches have run.
  static let foreignKeyIndexes = LateHazardRule(hazard: .foreignKeyIndex) { evidence, _, last in
    guard let after = evidence.foreignKeys, let end = last.foreignKeys else { return [] }
    let before = Set(evidence.before.foreignKeys.map(\.identity))
    let open = Set(end.filter { !$0.isIndexed }.map(\.identity))
    return after.filter { !before.contains($0.identity) && open.contains($0.identity) }
      .compactMap { key in
        guard let step = evidence.maker(of: key) else { return nil }
        return evidence.finding(
          .foreignKeyIndex,
          step,
          key.table,
          "foreign key \(key.name) of \(key.table) has no index on"
            + " (\(key.columns.joined(separator: ", "))): a DELETE in \(key.references) reads all of"
            + " \(key.table)"
        )
      }
  }
}

extension CatalogFacts.ForeignKey {
  /// What stays the same when an index is made.
  fileprivate var identity: String { "\(table) \(name)" }
}

extension Evidence {
  /// The statement that made a foreign key, by the table that it names; else the first.
  fileprivate func maker(of key: CatalogFacts.ForeignKey) -> Step? {
    steps.first { step in
      step.actions.contains { action in
        guard let table = action.table, key.table.hasSuffix(".\(table.name)") else { return false }
        switch action {
        case .createTable(_, let columns, let constraints):
          return columns.contains { $0.has(.foreignKey) }
            || constraints.contains { $0.kind == .foreignKey }
        case .addColumn(_, let column): return column.has(.foreignKey)
        case .addConstraint(_, let constraint): return constraint.kind == .foreignKey
        default: return false
        }
      }
    } ?? steps.first
  }
}
