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
              || evidence.vanished(name, before: step) != nil
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
    case "OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT", "OBJECT_TRIGGER", "OBJECT_POLICY",
      "OBJECT_RULE":
      return nil
    case "OBJECT_INDEX":
      return evidence.before.index(name) == nil ? renamedRelation(name, new, step, evidence) : nil
    case "OBJECT_TABLE": return renamedRelation(name, new, step, evidence)
    case "OBJECT_COLUMN": return renamedColumn(name, part, new, step, evidence)
    default:
      guard !evidence.creates(name, kind, before: step) else { return nil }
      let object = part.map { "\($0) of \(name.name)" } ?? name.name
      return evidence.finding(
        .renameObject,
        step,
        name.name,
        "renames \(kind.objectWord) \(object) to \(new)"
      )
    }
  }

  /// ALTER TABLE renames a view or a sequence too, and ALTER INDEX renames any of them.
  private static func renamedRelation(
    _ name: ObjectName,
    _ new: String,
    _ step: Evidence.Step,
    _ evidence: Evidence
  ) -> Finding? {
    let gone = evidence.vanished(name, before: step)
    let table = evidence.table(name)?.quoted ?? gone.flatMap { $0.kind == "table" ? $0.name : nil }
    if let table {
      return evidence.finding(.renameTable, step, tables: [table], "renames \(table) to \(new)")
    }
    return gone.map { object in
      evidence.finding(
        .renameObject,
        step,
        name.name,
        "renames \(object.kind) \(name.name) to \(new)"
      )
    }
  }

  private static func renamedColumn(
    _ name: ObjectName,
    _ column: String?,
    _ new: String,
    _ step: Evidence.Step,
    _ evidence: Evidence
  ) -> Finding? {
    guard let column else { return nil }
    if let table = evidence.table(name) {
      guard table.columns[column] != nil else { return nil }
      return evidence.finding(
        .renameColumn,
        step,
        tables: [table.quoted],
        "renames column \(column) of \(table.quoted) to \(new)"
      )
    }
    let views = (evidence.changes?.changed ?? []).map(\.object).filter { $0.kind == "view" }
    guard views.contains(where: { $0.part == .structure && $0.isNamed(name.name) }) else {
      return nil
    }
    return evidence.finding(
      .renameColumn,
      step,
      name.name,
      "renames column \(column) of view \(name.name) to \(new)"
    )
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
  /// What was there before the patch, is not after it, and is what a statement means; nil where no
  /// such table, view or sequence is gone.
  func vanished(_ name: ObjectName, before step: Step) -> SchemaObject? {
    guard !creates(name, "OBJECT_TABLE", before: step) else { return nil }
    return (changes?.removed ?? []).first { object in
      object.part == .structure && ["table", "view", "sequence"].contains(object.kind)
        && object.isNamed(name.name)
    }
  }

  /// Whether an earlier statement of the patch made the object that a statement means, as measured.
  ///
  /// - Parameters:
  ///   - name: as it is written; without a schema it is looked for on the search path.
  ///   - kind: by the parser's name: `OBJECT_TYPE`.
  ///   - step: the statement.
  /// - Returns: whether one did.
  func creates(_ name: ObjectName, _ kind: String, before step: Step) -> Bool {
    created(before: step).contains { object in
      guard kind.eventKinds.contains(object.kind), object.parts.last == name.name else {
        return false
      }
      let schema = object.parts.count > 1 ? object.parts.first : nil
      guard let schema else { return true }
      return name.schema.map { $0 == schema } ?? before.searchPath.contains(schema)
    }
  }

  /// Whether an earlier statement of the patch made that very object.
  func creates(_ object: Observation.NamedObject, before step: Step) -> Bool {
    created(before: step).contains(object)
  }

  private func created(before step: Step) -> [Observation.NamedObject] {
    steps.filter { $0.statement.number < step.statement.number }.flatMap(\.observation.created)
  }
}

extension String {
  /// What event triggers call a kind for which the parser has a name of its own.
  fileprivate var eventKinds: [String] {
    switch self {
    case "OBJECT_DOMAIN", "OBJECT_TYPE": ["type", "composite type"]
    case "OBJECT_ROUTINE": ["function", "procedure", "aggregate"]
    default: [objectWord.replacing("_", with: " ")]
    }
  }
}
