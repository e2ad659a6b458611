/// What rows a statement took away without deleting them one by one.
extension StatementReading {
  /// Tables and columns that were there before the patch, under whatever name they went.
  var losses: [Observation.Loss] {
    let found = after.records.compactMap { record -> Observation.Loss? in
      guard record.event == .dropped || record.event == .fell,
        let known = record.relation.flatMap({ relations.lockable($0) })
      else { return nil }
      switch record.kind {
      case "table", "materialized view": return Observation.Loss(table: known.name, column: nil)
      case "table column":
        // What has a higher number, the patch itself has added.
        guard let part = record.part, part <= known.columns else { return nil }
        return Observation.Loss(table: known.name, column: record.detail)
      default: return nil
      }
    }
    return Set(found).sorted { ($0.table, $0.column ?? "") < ($1.table, $1.column ?? "") }
  }

  /// Whether the rows of a table were thrown away; no event trigger tells of TRUNCATE.
  ///
  /// An empty new file shows it. So does a new file into which rows were inserted at once, for what
  /// only writes a table again counts none. A table that has a new file of this transaction is
  /// emptied in place, and nothing else makes a table smaller inside a transaction.
  func isEmptied(_ state: TableState, from old: TableState) -> Bool {
    guard old.file != state.file else {
      return isInside && state.kind == "r" && state.bytes < old.bytes
    }
    if state.isEmpty { return !old.isEmpty || reason(of: state.oid) == nil }
    return state.kind == "r" && inserted(state.oid, before) != inserted(state.oid, after)
  }

  private func inserted(_ table: Int, _ look: Look) -> Int {
    look.activity.first { $0.oid == table }?.inserted ?? 0
  }
}
