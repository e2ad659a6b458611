internal import FoundationEssentials
internal import Problems
internal import Reports
internal import Repository

extension CollectReport {
  /// What was done, or would be, in packs and bytes.
  func report(isDryRun: Bool) -> Report {
    var blocks: [Report.Block] = [
      .values([
        .init("snapshots", Quantity.count(snapshots)),
        .init("stored", Self.text(stored)),
        .init("deleted", Self.text(deleted)),
        .init("marked", Self.text(marked)),
        .init("waiting", Self.text(waiting)),
        .init("repacked", Self.text(repacked)),
        .init("left for later", Self.text(partlyDead)),
        .init("rescued", Quantity.count(rescued, "chunk", "chunks")),
        .init("dead leases", Quantity.count(expiredLeases)),
      ])
    ]
    for problem in damaged {
      let rest = [problem.reason, problem.hint].compactMap { $0 }.joined(separator: ". ")
      blocks.append(.paragraph("\(problem.summary): \(rest)"))
    }
    if isDryRun { blocks.append(.paragraph("This was a dry run; nothing was changed.")) }
    if let nextSweep {
      let time = Date(timeIntervalSince1970: nextSweep).formatted(.iso8601)
      blocks.append(.paragraph("What is marked can be deleted from \(time) on, by another run."))
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result", "dry_run": .boolean(isDryRun), "snapshots": JSONValue(snapshots),
        "stored": Self.json(stored), "deleted": Self.json(deleted), "marked": Self.json(marked),
        "waiting": Self.json(waiting), "repacked": Self.json(repacked),
        "partly_dead": Self.json(partlyDead), "rescued": JSONValue(rescued),
        "expired_leases": JSONValue(expiredLeases),
        "damaged": .array(damaged.map { .string($0.summary) }),
      ],
      brief: "\(Quantity.bytes(deleted.bytes)) deleted, \(Quantity.bytes(marked.bytes)) marked"
    )
  }

  private static func text(_ amount: Amount) -> String {
    "\(Quantity.count(amount.packs, "pack", "packs")), \(Quantity.bytes(amount.bytes))"
  }

  private static func json(_ amount: Amount) -> JSONValue {
    ["packs": JSONValue(amount.packs), "bytes": JSONValue(amount.bytes)]
  }
}

extension Report {
  /// What `collect --undo` says.
  static func undone(marks: Int) -> Report {
    Report(
      blocks: [
        .paragraph(
          marks == 0
            ? "Nothing is marked."
            : "Took back \(Quantity.count(marks, "mark", "marks")); nothing of it is deleted until "
              + "another drydock collect marks it again."
        )
      ],
      json: ["event": "result", "marks_taken_back": JSONValue(marks)]
    )
  }
}
