internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// What reads a whole table while its writers wait.
  ///
  /// The reading is measured, the cause is read off the text; a `SET NOT NULL` that a valid CHECK
  /// spares the reading is no hazard.
  static let scans = [
    HazardRule(
      .notNullScan,
      .constraintScan,
      .constraintIndex,
      .foreignKeyScan,
      .indexBuild,
      .scanUnderLock
    ) { evidence in
      evidence.steps.flatMap { step -> [Finding] in
        let scanned = step.blockingScans.map(\.table)
        guard !scanned.isEmpty else { return [] }
        let causes = step.actions.compactMap { cause($0, evidence) }
        if causes.isEmpty, !step.isExplained, nullableKeys(step, evidence).isEmpty {
          return [plainScan(step, scanned, evidence)]
        }
        return causes.map { cause in
          evidence.finding(
            cause.hazard,
            step,
            tables: [cause.table],
            cause.text,
            isTimed: true
          )
        }
      }
    },
    HazardRule(.primaryKeyNotNull) { evidence in
      evidence.steps.flatMap { nullableKeys($0, evidence) }
    },
  ]

  private static func nullableKeys(_ step: Evidence.Step, _ evidence: Evidence) -> [Finding] {
    step.actions.compactMap { action in
      guard case .addConstraint(let name, let key) = action, key.kind == .primaryKey,
        let table = evidence.table(name)
      else { return nil }
      let index = key.index.flatMap {
        evidence.before.index(ObjectName($0, schema: table.schema))
      }
      let done = columnsMadeNotNull(before: step, in: evidence)
      let nullable = (index?.columns ?? key.columns).filter {
        table.columns[$0] == false && !done.contains($0)
      }
      guard !nullable.isEmpty else { return nil }
      return evidence.finding(
        .primaryKeyNotNull,
        step,
        tables: [table.quoted],
        "makes \(nullable.joined(separator: ", ")) of \(table.quoted) NOT NULL, which reads the"
          + " whole table while nobody can use it",
        isTimed: true
      )
    }
  }

  private static func plainScan(
    _ step: Evidence.Step,
    _ tables: [String],
    _ evidence: Evidence
  ) -> Finding {
    evidence.finding(
      .scanUnderLock,
      step,
      tables: tables,
      "reads \(tables.joined(separator: ", ")) in full while nobody can write to it",
      isTimed: true
    )
  }

  private typealias Cause = (hazard: Hazard, table: String, text: String)

  private static func cause(_ action: SchemaAction, _ evidence: Evidence) -> Cause? {
    guard let table = action.table.flatMap({ evidence.table($0)?.quoted }) else { return nil }
    switch action {
    case .setNotNull(_, let column):
      return (
        .notNullScan, table,
        "reads all of \(table) for a NULL in \(column); nobody can use the table meanwhile"
      )
    case .createIndex(_, let index) where !index.isConcurrent:
      return (
        .indexBuild, table,
        "builds \(index.name.map { "index \($0)" } ?? "an index") of \(table) while nobody can"
          + " write to it"
      )
    case .addColumn(_, let column):
      return column.constraints.lazy.compactMap { constraintCause($0, table) }.first
    case .addConstraint(_, let constraint): return constraintCause(constraint, table)
    default: return nil
    }
  }

  private static func constraintCause(_ constraint: ConstraintSyntax, _ table: String) -> Cause? {
    let name = constraint.name.map { " \($0)" } ?? ""
    switch constraint.kind {
    case .primaryKey, .unique, .exclusion:
      guard constraint.index == nil else { return nil }
      return (
        .constraintIndex, table,
        "builds the index of constraint\(name) on \(table) while nobody can use the table"
      )
    case .check where constraint.isValidated:
      return (
        .constraintScan, table,
        "checks every row of \(table) for constraint\(name) while nobody can use the table"
      )
    case .foreignKey where constraint.isValidated:
      let other = constraint.references.map { " and \($0.name)" } ?? ""
      return (
        .foreignKeyScan, table,
        "checks every row of \(table) for foreign key\(name) while nobody can write to"
          + " \(table)\(other)"
      )
    default: return nil
    }
  }

  private static func columnsMadeNotNull(
    before step: Evidence.Step,
    in evidence: Evidence
  ) -> Set<String> {
    var columns: Set<String> = []
    for earlier in evidence.steps where earlier.statement.number < step.statement.number {
      for case .setNotNull(_, let column) in earlier.actions { columns.insert(column) }
    }
    return columns
  }
}

extension Evidence.Step {
  /// Whether another rule tells why the statement reads tables.
  fileprivate var isExplained: Bool {
    actions.contains { action in
      switch action {
      case .rebuild, .constrainDomain: true
      default: false
      }
    }
  }
}
