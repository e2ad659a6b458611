internal import Rehearsal
internal import Reports

extension PatchObservation {
  /// How many rows the tables that the patch wrote to had before and after it.
  var rowBlocks: [Report.Block] {
    guard !rows.isEmpty else { return [] }
    var table = Table([
      .flexible("table"), .number("rows before"), .number("after"), .flexible("what they hold"),
    ])
    for entry in rows {
      table.add(
        entry.table,
        entry.before.map { Quantity.count($0.rows) } ?? "",
        entry.after.map { Quantity.count($0.rows) } ?? "",
        entry.words
      )
    }
    return [.paragraph("Rows of the tables that it wrote to:"), .table(table)]
  }

  /// What came of the undo file: of the schema, and of the rows.
  var undoBlocks: [Report.Block] {
    guard let undo else { return [] }
    let different = undoRows.filter(\.differs).map(\.table)
    let words =
      different.isEmpty || undo != .cancels
      ? undo.words
      : "takes the schema back, but not the rows of \(different.joined(separator: ", "))"
    let unread = undoRows.compactMap { rows in
      rows.unread.map { "Rows of \(rows.table) were not compared: \($0)." }
    }
    return [.paragraph("Its undo file \(words).")] + (unread.isEmpty ? [] : [.list(unread)])
  }
}

extension TableRows {
  fileprivate var words: String {
    if let unread { return "not read: \(unread)" }
    return switch (before, after) {
    case (nil, _): "new"
    case (_, nil): "gone"
    default: isSame ? "the same" : "other rows or other columns"
    }
  }
}

extension PatchObservation.Undo {
  fileprivate var words: String {
    switch self {
    case .cancels: "takes all of it back"
    case .differs: "leaves the schema other than it was"
    case .fails: "fails"
    }
  }
}
