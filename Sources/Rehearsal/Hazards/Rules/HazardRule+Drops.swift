internal import Bytes
internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// What takes objects without rows away, and what only puts others in their place.
  static let drops = [
    HazardRule(.dropObject, .replaceObject) { evidence in
      evidence.steps.flatMap { step -> [Finding] in
        step.actions.flatMap { action -> [Finding] in
          guard case .drop(let kind, let names, _, let ifExists) = action, !isTold(kind) else {
            return []
          }
          return names.filter { name in
            !evidence.creates(name, kind, before: step) && (!ifExists || step.dropped(name.name))
          }.flatMap { evidence.drops($0, kind.objectWord, step) }
        }
      }
    }
  ]

  /// Kinds whose drop another rule tells, or that nobody names.
  private static func isTold(_ kind: String) -> Bool {
    ["OBJECT_TABLE", "OBJECT_MATVIEW", "OBJECT_SCHEMA", "OBJECT_INDEX"].contains(kind)
  }
}

extension Evidence {
  /// What dropping one object is.
  ///
  /// An object that the same transaction makes again is replaced: nobody sees that it was away. What
  /// went with it by CASCADE, and was not made again, is told all the same.
  fileprivate func drops(_ name: ObjectName, _ kind: String, _ step: Step) -> [Finding] {
    let dropped = step.observation.dropped
    let own = dropped.filter { $0.kind == kind && $0.isNamed(name.name) }
    let made = Set(
      steps.filter { step.statement.number < $0.statement.number }
        .filter { $0.transaction == step.transaction }.flatMap(\.observation.created)
    )
    guard !own.isEmpty, own.allSatisfy(made.contains) else {
      return [finding(.dropObject, step, name.name, "drops \(kind) \(name.name)")]
    }
    let replaced = finding(
      .replaceObject,
      step,
      name.name,
      "drops \(kind) \(name.name) and makes it again: its privileges and comments start anew"
    )
    let named = Set(step.actions.flatMap(\.dropped))
    let lost = dropped.filter { object in
      !made.contains(object) && !named.contains { object.isNamed($0.name) }
    }
    return [replaced]
      + lost.map { finding(.dropObject, step, $0.name, "drops \($0.kind) \($0.name) by CASCADE") }
  }
}

extension SchemaAction {
  /// What it drops by name.
  fileprivate var dropped: [ObjectName] {
    guard case .drop(_, let names, _, _) = self else { return [] }
    return names
  }
}

extension Observation.NamedObject {
  /// Whether the name, without schema, arguments and the table that it belongs to, is this one.
  fileprivate func isNamed(_ plain: String) -> Bool {
    let quoted = "\"\(plain.escaping(["\"": "\"\""]))\""
    let head = name.prefix { $0 != "(" }
    return [plain, quoted].contains { word in
      head == word || head.hasSuffix(".\(word)") || head.hasPrefix("\(word) on ")
    }
  }
}
