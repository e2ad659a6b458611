internal import Operations
internal import Reports

extension TransitionPlan {
  private static let shownIDs = 20

  /// The rows that were selected, and the token.
  var report: Report {
    let shown = ids.prefix(Self.shownIDs).joined(separator: ", ")
    let more = ids.count - Self.shownIDs
    return Report(
      blocks: [
        .values([
          .init("database", database), .init("change", change),
          .init("rows", Quantity.count(ids.count)),
          .init(
            "batches",
            "\(Quantity.count(batches)) of \(batch), \(Quantity.duration(pause)) apart"
          ),
          .init("ids", more > 0 ? "\(shown) and \(Quantity.count(more)) more" : shown),
        ]),
        .paragraph(
          ids.isEmpty
            ? "No row is selected." : "Nothing was changed. To run it, add: --confirm \(token)"
        ),
      ],
      json: [
        "event": "result", "database": .string(database), "change": .string(change),
        "rows": JSONValue(ids.count), "batches": JSONValue(batches),
        "ids": .array(ids.map { .string($0) }), "token": .string(token),
      ]
    )
  }
}

extension TransitionResult {
  /// What came of each row.
  var report: Report {
    var table = Table([.text("id"), .flexible("refused because")])
    for refusal in refusals { table.add(refusal.id, refusal.message) }
    let values: Report.Block = .values([
      .init("changed", Quantity.count(done, "row", "rows")),
      .init("refused", Quantity.count(refusals.count, "row", "rows")),
      .init("record", "run \(run) in drydock.transition_runs"),
    ])
    return Report(
      blocks: refusals.isEmpty ? [values] : [values, .table(table)],
      json: [
        "event": "result", "run": JSONValue(run), "changed": JSONValue(done),
        "refused": .array(
          refusals.map { ["id": .string($0.id), "reason": .string($0.message)] }
        ),
      ]
    )
  }
}
