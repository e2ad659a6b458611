internal import FoundationEssentials
internal import Reports
internal import Repository
internal import Snapshot

extension RetentionPlan {
  /// What stays and what goes, with the reason for each snapshot.
  func report(isDryRun: Bool) -> Report {
    var table = Table([
      .text("id"), .text("taken"), .flexible("database"), .text("what"), .flexible("why"),
    ])
    for decision in decisions {
      let candidate = decision.candidate
      table.add(
        candidate.name.shortID,
        candidate.taken.formatted(.iso8601),
        candidate.series.database + (candidate.series.isPartial ? " (partial)" : ""),
        decision.isKept ? "keep" : "remove",
        decision.isKept ? decision.reasons.joined(separator: ", ") : "no rule keeps it"
      )
    }
    let count = Quantity.count(removed.count, "snapshot", "snapshots")
    let sentence = isDryRun ? "Would remove \(count)." : "Removed \(count)."
    let advice = removed.isEmpty || isDryRun ? "" : " drydock collect gives the space back."
    return Report(
      blocks: decisions.isEmpty
        ? [.paragraph("No snapshots yet.")] : [.table(table), .paragraph(sentence + advice)],
      json: [
        "event": "result", "dry_run": .boolean(isDryRun),
        "snapshots": .array(
          decisions.map {
            [
              "snapshot": .string($0.candidate.name.text),
              "database": .string($0.candidate.series.database),
              "taken": .string($0.candidate.taken.formatted(.iso8601)),
              "kept": .boolean($0.isKept), "reasons": .array($0.reasons.map { .string($0) }),
            ]
          }
        ),
      ],
      brief: "\(isDryRun ? "would remove" : "removed") \(count)"
    )
  }
}
