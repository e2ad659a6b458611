internal import Migration
internal import Reports

extension HazardRule {
  /// What a way back does not bring back.
  static let ways = [
    HazardRule(.undoRows) { evidence in evidence.rowsLeft.map { evidence.left($0) } }
  ]
}

extension Evidence {
  /// Rows of one table that are other than before the patch.
  ///
  /// It stands at the first statement that wrote to the table, else at the head of the file.
  fileprivate func left(_ rows: TableRows) -> Finding {
    let step = steps.first { $0.writes(rows.table) }
    var finding = Finding(
      hazard: .undoRows,
      version: version,
      place: step?.place ?? Finding.Place(file: file),
      object: rows.table,
      text: "does not bring the rows of \(rows.table) back: \(rows.words)"
    )
    finding.figures.bytes = before.table(quoted: rows.table)?.bytes ?? 0
    finding.figures.rows = max(1, rows.difference.map { max($0.removed, $0.added) } ?? 0)
    return finding
  }
}

extension Evidence.Step {
  /// Writing takes a lock, and so does changing a column.
  fileprivate func writes(_ table: String) -> Bool { newLocks.contains { $0.table == table } }
}

extension TableRows {
  /// What is lost, other, and left over: `900 of 1,000 rows are lost`.
  fileprivate var words: String {
    let (old, new) = (before?.rows ?? 0, after?.rows ?? 0)
    let total = Quantity.count(old, "row", "rows")
    guard let difference else {
      return old == new
        ? "some of \(total) are other than before" : "\(total) before, \(Quantity.count(new)) now"
    }
    let changed = min(difference.removed, difference.added)
    let parts = [
      (difference.removed - changed, "of \(total) lost"),
      (changed, "of \(total) other than before"),
      (difference.added - changed, "left over"),
    ]
    return parts.filter { $0.0 > 0 }.map { "\(Quantity.count($0.0)) \($0.1)" }
      .joined(separator: ", ")
  }
}
