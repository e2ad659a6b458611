internal import Operations
internal import Reports

extension [ParameterTable.Change] {
  /// Changes with the values before; those of the history with who and when.
  var report: Report {
    let isHistory = contains { $0.at != nil }
    var columns: [Table.Column] = [.text("parameter"), .flexible("was"), .flexible("is")]
    if isHistory { columns += [.text("when"), .text("by"), .flexible("because")] }
    let rows = map { change -> [String] in
      let values = [change.name, change.old ?? "NULL", change.new ?? "NULL"]
      let story = [change.at ?? "", change.by ?? "", change.reason ?? ""]
      return isHistory ? values + story : values
    }
    return Report(
      blocks: isEmpty
        ? [.paragraph("Nothing was changed yet.")] : [.table(Table(columns, rows: rows))],
      json: ["event": "result", "changes": .array(map(\.json))]
    )
  }
}

extension ParameterTable.Change {
  fileprivate var json: JSONValue {
    [
      "name": .string(name), "old": JSONValue(old), "new": JSONValue(new), "at": JSONValue(at),
      "by": JSONValue(by), "because": JSONValue(reason),
    ]
  }
}
