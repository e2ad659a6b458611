internal import Catalog
internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// What changes the ground under applications that run.
  static let changes = [
    HazardRule(
      .typeChange,
      .requiredColumn,
      .dropConstraint,
      .dropNotNull,
      .defaultChange,
      .identityChange,
      .triggerDisabled,
      .replicaIdentity,
      .autovacuumOff
    ) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action -> Finding? in
          guard let table = action.table.flatMap(evidence.table),
            let (hazard, text) = change(action, table.quoted)
          else { return nil }
          return evidence.finding(hazard, step, tables: [table.quoted], text)
        }
      }
    },
    HazardRule(.typeChange) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action -> Finding? in
          guard case .alterTable(let name, let command) = action,
            command.hasPrefix("OBJECT_TYPE "),
            !evidence.creates(name, "OBJECT_TYPE", before: step)
          else { return nil }
          return evidence.finding(
            .typeChange,
            step,
            name.name,
            "changes the attributes of type \(name.name)"
          )
        }
      }
    },
    HazardRule(.replaceObject) { evidence in
      let changed = (evidence.changes?.changed ?? []).map(\.object).filter { $0.part == .structure }
      return evidence.steps.flatMap { step in
        step.actions.compactMap { action -> Finding? in
          guard case .replace(let kind, let name) = action,
            changed.contains(where: { $0.kind == kind && $0.isNamed(name.name) })
          else { return nil }
          return evidence.finding(
            .replaceObject,
            step,
            name.name,
            "replaces \(kind) \(name.name), which was there"
          )
        }
      }
    },
    HazardRule(.accessChange) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action -> Finding? in
          guard case .changeAccess(let what, let name) = action else { return nil }
          if let name, evidence.table(name) == nil { return nil }
          let object = name.map { " of \($0.name)" } ?? ""
          return evidence.finding(
            .accessChange,
            step,
            name?.name,
            "changes access\(object): \(what)"
          )
        }
      }
    },
    HazardRule(.sequenceChange) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action -> Finding? in
          guard case .changeSequence(let name) = action,
            !evidence.creates(name, "OBJECT_SEQUENCE", before: step)
          else { return nil }
          return evidence.finding(
            .sequenceChange,
            step,
            name.name,
            "changes sequence \(name.name)"
          )
        }
      }
    },
  ]

  private static func change(_ action: SchemaAction, _ table: String) -> (Hazard, String)? {
    switch action {
    case .changeType(_, let column, let type):
      return (.typeChange, "changes \(column) of \(table) to \(type.name)")
    case .addColumn(_, let column) where column.isRequired:
      return (.requiredColumn, "adds \(column.name) to \(table), NOT NULL and without a default")
    case .dropConstraint(_, let name):
      return (.dropConstraint, "drops constraint \(name) of \(table)")
    case .dropNotNull(_, let column):
      return (.dropNotNull, "lets \(column) of \(table) be NULL")
    case .changeDefault(_, let column, let isDropped):
      return (
        .defaultChange, "\(isDropped ? "drops" : "sets") the default of \(column) of \(table)"
      )
    case .replicaIdentity(_, let letter) where ["f", "n"].contains(letter):
      return (
        .replicaIdentity, "sets REPLICA IDENTITY \(letter == "f" ? "FULL" : "NOTHING") of \(table)"
      )
    case .setOption(_, "autovacuum_enabled", let value) where isFalse(value):
      return (.autovacuumOff, "switches autovacuum of \(table) off")
    case .alterTable(_, let command): return subcommand(command, table)
    default: return nil
    }
  }

  /// As the server reads a boolean: any beginning of a word that means no other one (manual, 8.6).
  private static func isFalse(_ value: String) -> Bool {
    let value = value.lowercased()
    if value == "0" || value == "of" || value == "off" { return true }
    return !value.isEmpty && ("false".hasPrefix(value) || "no".hasPrefix(value))
  }

  private static func subcommand(_ command: String, _ table: String) -> (Hazard, String)? {
    switch command {
    case "AT_AddIdentity", "AT_SetIdentity", "AT_DropIdentity", "AT_DropExpression":
      return (.identityChange, "changes who makes the values of a column of \(table)")
    case "AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser", "AT_DisableRule",
      "AT_EnableTrig", "AT_EnableTrigAll", "AT_EnableTrigUser", "AT_EnableAlwaysTrig",
      "AT_EnableReplicaTrig", "AT_EnableRule", "AT_EnableAlwaysRule", "AT_EnableReplicaRule":
      return (.triggerDisabled, "switches triggers or rules of \(table)")
    default: return nil
    }
  }
}

extension ColumnSyntax {
  /// Whether an insert that does not know the column must fail.
  fileprivate var isRequired: Bool {
    (has(.notNull) || has(.primaryKey)) && !has(.default) && !has(.identity) && !has(.generated)
      && !isSerial
  }
}

extension SchemaObject {
  /// Whether the name without schema and arguments is this one.
  func isNamed(_ plain: String) -> Bool {
    let name = name.prefix { $0 != "(" }
    return name.hasSuffix(".\(plain)") || name.hasSuffix(".\"\(plain)\"")
  }
}
