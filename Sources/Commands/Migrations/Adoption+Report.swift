internal import Migration
internal import Reports

extension Adoption {
  /// What was recorded, or would be.
  func report(wasRecorded: Bool) -> Report {
    var blocks: [Report.Block] = []
    let count = Quantity.count(patches.count, "patch", "patches")
    if patches.isEmpty {
      blocks.append(
        .paragraph("Nothing is to be recorded: all that \(table) has is in the ledger.")
      )
    } else {
      let verb = wasRecorded ? "were recorded" : "would be recorded"
      blocks.append(.paragraph("\(count) of \(table) \(verb) as applied:"))
      blocks.append(.list(patches.map(\.file)))
    }
    if verified > 0 {
      blocks.append(.paragraph("\(Quantity.count(verified)) have the checksum that \(table) kept."))
    }
    if !changed.isEmpty {
      blocks.append(.paragraph("These repeatable patches have changed since, and stay pending:"))
      blocks.append(.list(changed.map(\.file)))
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "table": .string(table), "is_recorded": .boolean(wasRecorded),
        "recorded": .array(patches.map { .string($0.file) }),
        "verified": JSONValue(verified),
        "changed": .array(changed.map { .string($0.file) }),
      ]
    )
  }
}
