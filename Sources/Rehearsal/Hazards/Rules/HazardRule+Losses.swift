internal import Migration
internal import Reports
internal import SQLSyntax

extension HazardRule {
  /// What destroys rows, as it was measured: code, CASCADE, a rename before or the same name made anew
  /// afterwards change nothing in it.
  static let losses = [
    HazardRule(.dropTable) { evidence in
      evidence.steps.flatMap { step in
        evidence.lostTables(step).map { table in
          let isOwn = evidence.isOwn(table)
          return evidence.finding(
            .dropTable,
            step,
            tables: [table],
            "drops \(table)\(isOwn ? ownWords : "")"
          ).withRows(of: isOwn ? [] : [table], evidence)
        }
      }
    },
    HazardRule(.dropColumn) { evidence in
      evidence.steps.flatMap { step in
        evidence.lostColumns(step).map { table, column in
          let isOwn = evidence.isOwn(column, of: table)
          return evidence.finding(
            .dropColumn,
            step,
            tables: [table],
            "drops column \(column) of \(table)\(isOwn ? ownWords : "")"
          ).withRows(of: isOwn ? [] : [table], evidence)
        }
      }
    },
    HazardRule(.truncate) { evidence in evidence.steps.compactMap { truncation($0, evidence) } },
    HazardRule(.dropSchema) { evidence in
      evidence.steps.flatMap { step in
        step.observation.dropped.filter {
          $0.kind == "schema" && !evidence.creates($0, before: step)
        }
        .map { schema in
          let name = schema.parts.joined()
          return evidence.finding(.dropSchema, step, name, "drops schema \(name)")
        }
      }
    },
  ]

  private static let ownWords = ", which the patch itself made"

  private static func truncation(_ step: Evidence.Step, _ evidence: Evidence) -> Finding? {
    let emptied = Set(step.observation.rewrites.filter { step.empties($0, evidence) }.map(\.table))
    // The text may name a partitioned table, whose partitions were emptied.
    let named = step.truncatedTables.compactMap { evidence.table($0)?.quoted }.filter { name in
      emptied.isEmpty || emptied.contains { $0 == name || evidence.isBelow($0, name) }
    }
    let others = emptied.subtracting(named).filter { table in
      !named.contains { evidence.isBelow(table, $0) }
    }.sorted()
    guard !named.isEmpty || !others.isEmpty else { return nil }
    let isByCascade = step.cascades && !named.isEmpty && !others.isEmpty
    let text =
      isByCascade
      ? "empties \(named.list), and with CASCADE \(others.list)"
      : "empties \((named + others).list)"
    return evidence.finding(.truncate, step, tables: named + others, text)
      .withRows(of: named + others, evidence)
  }
}

extension Evidence {
  /// Tables that a statement dropped; a partition that went with its table is not told by itself.
  fileprivate func lostTables(_ step: Step) -> [String] {
    let lost = Set(step.observation.losses.filter { $0.column == nil }.map(\.table))
    return lost.filter { table in !before.ancestors(of: table).contains(where: lost.contains) }
      .sorted()
  }

  /// Columns that a statement dropped; those of partitions are told with their table's.
  fileprivate func lostColumns(_ step: Step) -> [(table: String, column: String)] {
    let lost = Set(step.observation.losses.filter { $0.column != nil })
    return lost.filter { loss in
      !before.ancestors(of: loss.table).contains { parent in
        lost.contains(Observation.Loss(table: parent, column: loss.column))
      }
    }.map { (table: $0.table, column: $0.column ?? "") }
      .sorted { ($0.table, $0.column) < ($1.table, $1.column) }
  }

  fileprivate func isBelow(_ table: String, _ ancestor: String) -> Bool {
    before.ancestors(of: table).contains(ancestor)
  }
}

extension Evidence.Step {
  /// Whether a new file of a table means that its rows were thrown away.
  ///
  /// That of an empty table means nothing, and a materialized view's rows come from its query.
  func empties(_ rewrite: Observation.Rewrite, _ evidence: Evidence) -> Bool {
    guard rewrite.reason == .emptied, let table = evidence.before.table(quoted: rewrite.table),
      !table.isView
    else { return false }
    return !truncatedTables.isEmpty || (table.hasRows && !writesAgain)
  }

  /// The tables that it empties by its text.
  fileprivate var truncatedTables: [ObjectName] {
    actions.flatMap { action in
      if case .truncate(let names, _) = action { return names }
      return []
    }
  }

  fileprivate var cascades: Bool {
    actions.contains { action in
      if case .truncate(_, cascades: true) = action { return true }
      return false
    }
  }

  /// Whether its text writes tables again as they are, also where the scratch has no rows of them.
  private var writesAgain: Bool {
    actions.contains { action in
      switch action {
      case .rebuild, .alterTable(_, "AT_SetTableSpace"): true
      default: false
      }
    }
  }
}

extension Finding {
  /// Statistics may say nothing of a table that has rows, and remember rows of an empty one; of a
  /// table that was made after the snapshot nobody here can say that it is empty.
  fileprivate func withRows(of tables: [String], _ evidence: Evidence) -> Finding {
    var copy = self
    let known = tables.compactMap { evidence.before.table(quoted: $0) }
    // A table of which the catalog said nothing is taken to have rows.
    let hasRows = known.count < tables.count || known.contains(where: \.hasRows)
    copy.figures.rows = hasRows ? max(1, figures.rows) : 0
    if known.contains(where: \.isUnseen) {
      copy.text += "; it was made after the snapshot, so production may have filled it"
    }
    return copy
  }
}

extension [String] {
  /// The first few, and how many more.
  fileprivate var list: String {
    guard count > 6 else { return joined(separator: ", ") }
    return prefix(5).joined(separator: ", ") + " and \(Quantity.count(self.count - 5)) more"
  }
}
