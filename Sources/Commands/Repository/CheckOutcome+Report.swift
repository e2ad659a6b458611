internal import Reports
internal import Repository
internal import Snapshot

extension CheckProgress {
  /// The progress as a line or an event.
  var report: Progress {
    Progress(
      phase: phase,
      bytes: Int64(bytes),
      totalBytes: totalBytes > 0 ? Int64(totalBytes) : nil
    )
  }
}

extension CheckOutcome {
  /// What was looked at, what is wrong, what that costs, and what to do.
  var report: Report {
    var blocks: [Report.Block] = [.values(fields)]
    if check.isSound {
      blocks.append(.paragraph(verdict))
    } else {
      blocks += damage + lost + [.list(steps)]
    }
    let findings = Quantity.count(check.findings.count, "finding", "findings")
    return Report(blocks: blocks, json: json, brief: check.isSound ? "sound" : findings)
  }

  private var fields: [Report.Field] {
    var fields: [Report.Field] = [
      .init("snapshots", snapshots),
      .init("packs", Quantity.count(check.packs)),
      .init("chunks", Quantity.count(check.chunks)),
      .init("read", reading),
      .init("left over", Quantity.count(check.packsWithoutIndex, "pack", "packs")),
      .init("marked", Quantity.count(check.packsMarked, "pack", "packs")),
    ]
    if let repair { fields.append(.init("repaired", repair.text)) }
    return fields
  }

  private var snapshots: String {
    let all = Quantity.count(check.snapshots)
    guard check.snapshotsOfOthers > 0 else { return all }
    let others = Quantity.count(check.snapshotsOfOthers)
    return "\(all); \(others) of others, which this key cannot read"
  }

  private var verdict: String {
    guard check.snapshotsOfOthers > 0 else { return "Nothing is wrong." }
    return "Nothing is wrong with what this key can read. A check with a full key sees the rest."
  }

  private var reading: String {
    guard let sample = check.sample else { return "structure only" }
    let read =
      "\(Quantity.count(check.packsRead)) of \(Quantity.count(check.packs, "pack", "packs"))"
    let text = "\(read), \(Quantity.bytes(check.bytesRead))"
    guard sample != .all else { return text }
    return "\(text): today's share; after \(sample.daysForAll) days every pack has been read"
  }

  private var damage: [Report.Block] {
    let findings = check.findings.filter { $0.harm == .damagedObject }
    guard !findings.isEmpty else { return [] }
    var table = Table([.flexible("object"), .flexible("finding")])
    for finding in findings {
      let place = finding.offset.map { "at byte \($0): " } ?? ""
      table.add(finding.object, place + finding.reason)
    }
    return [.heading("Damaged objects"), .table(table)]
  }

  private var lost: [Report.Block] {
    guard !losses.isEmpty else {
      return [.paragraph("Every snapshot can be restored whole all the same.")]
    }
    return [.heading("What cannot be restored")]
      + SnapshotLoss.Group.grouping(losses).flatMap(\.blocks)
  }

  /// What to do next, the most useful first.
  private var steps: [String] {
    var steps: [String] = []
    if repair == nil {
      steps.append("drydock check --repair brings back what can be; it only adds objects.")
    }
    if !losses.isEmpty {
      steps.append(
        "drydock backup --full-read on this machine stores again what is lost, as far as the "
          + "database still has it; the snapshots above become whole by that."
      )
    }
    if check.sample != .all {
      steps.append("drydock check --read-data tells how far damage inside of packs goes.")
    }
    steps.append("Nothing was deleted or overwritten.")
    return steps
  }
}

extension RepairReport {
  /// What was done: one line.
  var text: String {
    guard didRepair else { return "nothing; there was nothing to bring back" }
    var done: [String] = []
    if indexedPacks > 0 {
      done.append("made the index of \(Quantity.count(indexedPacks, "pack", "packs")) again")
    }
    if salvagedChunks > 0 {
      let from = Quantity.count(salvagedPacks.count, "damaged pack", "damaged packs")
      done.append("stored \(Quantity.count(salvagedChunks, "chunk", "chunks")) of \(from) again")
    }
    return done.joined(separator: "; ")
  }
}
