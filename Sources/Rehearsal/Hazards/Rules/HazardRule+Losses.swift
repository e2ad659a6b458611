internal import Catalog
internal import Migration
internal import SQLSyntax

extension HazardRule {
  /// What destroys rows: what the text names, and what the catalog misses afterwards.
  static let losses = [
    HazardRule(.dropTable) { evidence in droppedTables(evidence) },
    HazardRule(.dropColumn) { evidence in droppedColumns(evidence) },
    HazardRule(.truncate) { evidence in
      evidence.steps.flatMap { step -> [Finding] in
        step.actions.compactMap { action in
          guard case .truncate(let names, let cascades) = action else { return nil }
          let tables = names.compactMap { evidence.table($0)?.quoted }
          guard !tables.isEmpty else { return nil }
          let others = Set(step.observation.rewrites.map(\.table)).subtracting(tables).sorted()
          let more = cascades && !others.isEmpty ? ", and with CASCADE " + others.list : ""
          return evidence.finding(
            .truncate,
            step,
            tables: tables + others,
            "empties \(tables.list)\(more)"
          )
        }
      }
    },
    HazardRule(.dropSchema) { evidence in
      evidence.steps.flatMap { step -> [Finding] in
        step.actions.flatMap { action -> [Finding] in
          guard case .drop("OBJECT_SCHEMA", let names, _, _) = action, !evidence.skips(action, step)
          else {
            return []
          }
          return names.map {
            evidence.finding(.dropSchema, step, $0.name, "drops schema \($0.name)")
          }
        }
      }
    },
  ]

  private static func droppedTables(_ evidence: Evidence) -> [Finding] {
    var named: Set<String> = []
    var findings: [Finding] = []
    for step in evidence.steps {
      for case .drop(let kind, let names, _, _) in step.actions
      where kind == "OBJECT_TABLE" || kind == "OBJECT_MATVIEW" {
        for table in names.compactMap(evidence.table) where named.insert(table.quoted).inserted {
          findings.append(dropped(table, step, evidence))
        }
      }
    }
    // What went by CASCADE, with its schema, or in a DO block, is in no statement's text.
    let gone = evidence.removed("table").subtracting(evidence.renamed)
    for table in evidence.before.tables
    where gone.contains(table.quoted) && !named.contains(table.quoted) {
      if let step = evidence.suspect { findings.append(dropped(table, step, evidence)) }
    }
    return findings
  }

  private static func dropped(
    _ table: CatalogFacts.Table,
    _ step: Evidence.Step,
    _ evidence: Evidence
  ) -> Finding {
    let isOwn = evidence.isOwn(table)
    return evidence.finding(
      .dropTable,
      step,
      tables: [table.quoted],
      "drops \(table.quoted)\(isOwn ? Self.ownWords : "")"
    ).withoutRows(if: table.isEmpty || isOwn)
  }

  private static func dropped(
    _ column: String,
    of table: CatalogFacts.Table,
    _ step: Evidence.Step,
    _ evidence: Evidence
  ) -> Finding {
    let isOwn = evidence.isOwn(column, of: table)
    return evidence.finding(
      .dropColumn,
      step,
      tables: [table.quoted],
      "drops column \(column) of \(table.quoted)\(isOwn ? Self.ownWords : "")"
    ).withoutRows(if: table.isEmpty || isOwn)
  }

  private static let ownWords = ", which the patch itself made"

  private static func droppedColumns(_ evidence: Evidence) -> [Finding] {
    var named: Set<String> = []
    var findings: [Finding] = []
    for step in evidence.steps {
      for case .dropColumn(let name, let column) in step.actions {
        guard let table = evidence.table(name), table.columns[column] != nil else { continue }
        named.insert("\(table.name).\(column)")
        findings.append(dropped(column, of: table, step, evidence))
      }
    }
    guard let step = evidence.suspect else { return findings }
    let gone = evidence.removed("table").union(evidence.renamed)
    for name in evidence.removed("column").sorted() {
      guard let table = evidence.before.tables.first(where: { name.hasPrefix($0.quoted + ".") }),
        !gone.contains(table.quoted)
      else { continue }
      let column = String(name.dropFirst(table.quoted.count + 1))
      let plain = column.replacing("\"", with: "")
      guard !named.contains("\(table.name).\(plain)"), !evidence.renamed.contains(name) else {
        continue
      }
      findings.append(dropped(column, of: table, step, evidence))
    }
    return findings
  }
}

extension Evidence {
  /// Quoted names of objects of a kind that were there before the patch and are not after it.
  fileprivate func removed(_ kind: String) -> Set<String> {
    Set((changes?.removed ?? []).filter { $0.part == .structure && $0.kind == kind }.map(\.name))
  }

  /// Quoted names of tables and columns that got other names, which a difference shows as gone.
  fileprivate var renamed: Set<String> {
    var names: Set<String> = []
    for action in steps.flatMap(\.actions) {
      switch action {
      case .rename("OBJECT_TABLE", let name, _, _), .move("OBJECT_TABLE", let name, _):
        if let table = table(name) { names.insert(table.quoted) }
      case .rename("OBJECT_COLUMN", let name, let column?, _):
        guard let table = table(name) else { continue }
        names.formUnion(["\(table.quoted).\(column)", "\(table.quoted).\"\(column)\""])
      case .rename("OBJECT_SCHEMA", let schema, _, _):
        names.formUnion(before.tables.filter { $0.schema == schema.name }.map(\.quoted))
      default: continue
      }
    }
    return names
  }

  /// The statement to blame for what no text names: code, a CASCADE, or else the first.
  fileprivate var suspect: Step? {
    steps.first { $0.statement.syntax.runsCode || $0.statement.syntax.isOpaque }
      ?? steps.first { step in
        step.actions.contains { if case .drop = $0 { return true } else { return false } }
      } ?? steps.first
  }
}

extension Finding {
  /// Statistics may say nothing of a table that has rows, and remember rows of an empty one.
  fileprivate func withoutRows(if isEmpty: Bool) -> Finding {
    var copy = self
    copy.figures.rows = isEmpty ? 0 : max(1, figures.rows)
    return copy
  }
}

extension [String] {
  fileprivate var list: String { joined(separator: ", ") }
}
