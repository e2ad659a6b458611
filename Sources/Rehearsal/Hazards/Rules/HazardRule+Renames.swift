internal import Catalog
internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// What takes away the name by which applications know something.
  static let renames = [
    HazardRule(.renameTable, .renameColumn, .renameObject) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action in
          guard case .rename(let kind, let name, let part, let new) = action else { return nil }
          return renamed(kind, name, part, new, step, evidence)
        }
      }
    },
    HazardRule(.moveSchema) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action in
          guard case .move(let kind, let name, let schema) = action,
            kind != "OBJECT_TABLE" || evidence.table(name) != nil
          else { return nil }
          return evidence.finding(
            .moveSchema,
            step,
            name.name,
            "moves \(kind.objectWord) \(name.name) to schema \(schema)"
          )
        }
      }
    },
  ]

  private static func renamed(
    _ kind: String,
    _ name: ObjectName,
    _ part: String?,
    _ new: String,
    _ step: Evidence.Step,
    _ evidence: Evidence
  ) -> Finding? {
    switch kind {
    // Nobody names a constraint or an index in a query.
    case "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT", "OBJECT_INDEX", "OBJECT_TRIGGER",
      "OBJECT_POLICY", "OBJECT_RULE":
      return nil
    case "OBJECT_TABLE":
      guard let table = evidence.table(name) else { return nil }
      return evidence.finding(
        .renameTable,
        step,
        tables: [table.quoted],
        "renames \(table.quoted) to \(new)"
      )
    case "OBJECT_COLUMN":
      guard let table = evidence.table(name), let part, table.columns[part] != nil else {
        return nil
      }
      return evidence.finding(
        .renameColumn,
        step,
        tables: [table.quoted],
        "renames column \(part) of \(table.quoted) to \(new)"
      )
    default:
      guard !evidence.creates(name, before: step) else { return nil }
      let object = part.map { "\($0) of \(name.name)" } ?? name.name
      return evidence.finding(
        .renameObject,
        step,
        name.name,
        "renames \(kind.objectWord) \(object) to \(new)"
      )
    }
  }
}

extension String {
  /// The parser's name of a kind in SQL's words: `OBJECT_MATVIEW` is `materialized view`.
  var objectWord: String {
    let word = hasPrefix("OBJECT_") ? String(dropFirst("OBJECT_".count)) : self
    return word == "MATVIEW" ? "materialized view" : word.lowercased()
  }
}

extension Evidence {
  /// Whether an earlier statement of the patch made an object of that name.
  func creates(_ name: ObjectName, before step: Step) -> Bool {
    let created = changes?.added.map(\.object.name) ?? []
    return steps.contains { earlier in
      guard earlier.statement.number < step.statement.number else { return false }
      return earlier.actions.contains { action in
        switch action {
        case .createEnum(let made), .createDomain(let made, _), .createTable(let made, _, _):
          made.name == name.name
        default: false
        }
      }
    } || created.contains { $0.hasSuffix(".\(name.name)") }
  }
}
