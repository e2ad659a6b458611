internal import SQLSyntax

extension HazardRule {
  /// Types of new columns, and new types; also in tables that the patch itself creates.
  static let types = [
    HazardRule(
      .narrowKey,
      .serialColumn,
      .varcharLimit,
      .charType,
      .timestampWithoutZone,
      .jsonColumn
    ) { evidence in
      evidence.steps.flatMap { step in
        step.actions.flatMap(newColumns).flatMap { table, column, isKey in
          hazards(of: column, isKey: isKey).map { hazard, text in
            evidence.finding(
              hazard,
              step,
              "\(table).\(column.name)",
              "\(table).\(column.name) \(text)"
            )
          }
        }
      }
    },
    HazardRule(.enumType, .enumValue, .domainConstraint) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action -> Finding? in
          guard let (hazard, name, text) = typeChange(action) else { return nil }
          if hazard == .enumValue, evidence.creates(name, "OBJECT_TYPE", before: step) {
            return nil
          }
          let scanned = step.blockingScans.map(\.table)
          if hazard == .domainConstraint, !scanned.isEmpty {
            let tables = scanned.joined(separator: ", ")
            return evidence.finding(
              hazard,
              step,
              tables: scanned,
              "\(text): \(tables), while nobody can write to it",
              isTimed: true
            )
          }
          return evidence.finding(hazard, step, name.name, text)
        }
      }
    },
  ]

  private typealias NewColumn = (table: String, column: ColumnSyntax, isKey: Bool)

  private static func newColumns(_ action: SchemaAction) -> [NewColumn] {
    switch action {
    case .createTable(let table, let columns, let constraints):
      let keys = constraints.filter { $0.kind == .primaryKey }.flatMap(\.columns)
      return columns.map { (table.name, $0, $0.isNumbered || keys.contains($0.name)) }
    case .addColumn(let table, let column): return [(table.name, column, column.isNumbered)]
    default: return []
    }
  }

  private static func hazards(of column: ColumnSyntax, isKey: Bool) -> [(Hazard, String)] {
    guard let type = column.type, !type.isArray else { return [] }
    var found: [(Hazard, String)] = []
    switch type.name {
    case "int4", "serial", "serial4":
      if isKey { found.append((.narrowKey, "ends at 2,147,483,647")) }
    case "int2", "smallserial", "serial2":
      if isKey { found.append((.narrowKey, "ends at 32,767")) }
    case "varchar":
      if type.hasModifier { found.append((.varcharLimit, "has its limit in the type")) }
    case "bpchar": found.append((.charType, "is padded with blanks"))
    case "timestamp": found.append((.timestampWithoutZone, "has no time zone"))
    case "json": found.append((.jsonColumn, "is json, which has no equality"))
    default: break
    }
    if column.isSerial { found.append((.serialColumn, "is serial, not an identity column")) }
    return found
  }

  private static func typeChange(_ action: SchemaAction) -> (Hazard, ObjectName, String)? {
    switch action {
    case .createEnum(let name): return (.enumType, name, "creates enum \(name.name)")
    case .changeEnum(let name, let isRename, let isPlaced):
      let what = isRename ? "renames a value of" : "adds a value to"
      let order = isRename || isPlaced ? "" : ", at the end for want of BEFORE or AFTER"
      return (.enumValue, name, "\(what) enum \(name.name)\(order)")
    case .createDomain(let name, isConstrained: true):
      return (.domainConstraint, name, "creates domain \(name.name) with a constraint")
    case .constrainDomain(let name, isChecked: true):
      return (
        .domainConstraint, name,
        "adds a constraint to domain \(name.name), for which each table with such a column is read"
      )
    default: return nil
    }
  }
}

extension ColumnSyntax {
  /// Whether its values are numbers that are given out one after the other, or a key.
  fileprivate var isNumbered: Bool { isSerial || has(.identity) || has(.primaryKey) }
}
