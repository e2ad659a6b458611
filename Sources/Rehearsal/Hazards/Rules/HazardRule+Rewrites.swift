internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// What writes a table or its indexes again.
  static let rewrites = [
    HazardRule(.tableRewrite) { evidence in
      evidence.steps.flatMap { step in
        step.observation.rewrites.filter { !step.empties($0, evidence) }.map { rewrite in
          var finding = evidence.finding(
            .tableRewrite,
            step,
            tables: [rewrite.table],
            "writes \(rewrite.table) again\(cause(of: step)); nobody can read or write it meanwhile",
            isTimed: true
          )
          // The patch itself may have filled the table.
          finding.figures.bytes = max(finding.figures.bytes, rewrite.bytes)
          return finding
        }
      }
    },
    HazardRule(.reindexLock) { evidence in
      evidence.steps.flatMap { step in
        step.actions.compactMap { action in
          guard case .rebuild("REINDEX", let name, isConcurrent: false) = action else { return nil }
          let table = name.flatMap { evidence.table($0)?.quoted }
          guard let name else {
            return evidence.finding(
              .reindexLock,
              step,
              tables: [],
              "rebuilds the indexes of many tables, each while"
                + " nobody can write to its table",
              isTimed: true
            )
          }
          guard table != nil || evidence.before.index(name) != nil else { return nil }
          return evidence.finding(
            .reindexLock,
            step,
            tables: table.map { [$0] } ?? [],
            "rebuilds \(table ?? "index \(name.name)") while nobody can write to the table",
            isTimed: true
          )
        }
      }
    },
  ]

  /// Why, as far as the text says.
  private static func cause(of step: Evidence.Step) -> String {
    for action in step.actions {
      if let cause = cause(action) { return ": " + cause }
    }
    return ""
  }

  private static func cause(_ action: SchemaAction) -> String? {
    switch action {
    case .changeType(_, let column, _): return "the type of \(column) changes"
    case .addColumn(_, let column):
      if column.isSerial || column.has(.identity) {
        return "the new column \(column.name) numbers every row"
      }
      if column.has(.generated) { return "the new column \(column.name) is computed and stored" }
      return column.has(.default) ? "the default of \(column.name) differs from row to row" : nil
    case .rebuild(let command, _, _): return command
    case .alterTable(_, "AT_SetLogged"), .alterTable(_, "AT_SetUnLogged"):
      return "it is logged or no longer logged"
    case .alterTable(_, "AT_SetAccessMethod"): return "its access method changes"
    case .alterTable(_, "AT_SetTableSpace"): return "it moves to another tablespace"
    default: return nil
    }
  }
}
