internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

extension RestoreProgress {
  /// The progress as a line or an event.
  var report: Progress {
    Progress(
      phase: phase,
      bytes: Int64(bytes),
      totalBytes: totalBytes > 0 ? Int64(totalBytes) : nil,
      rows: rows > 0 ? Int64(rows) : nil
    )
  }
}

extension RestoreResult {
  /// What a restore has to say when it is done.
  func report(of content: SnapshotContent) -> Report {
    let isPartial = content.manifest.isPartial
    let source = "\(content.name) of \(content.manifest.database.name)"
    var blocks: [Report.Block] = [
      .values([
        .init("restored", source + (isPartial ? " (partial: its backup left something out)" : "")),
        .init("data of", content.manifest.taken),
        .init("rows", "\(Quantity.count(rows)) in \(Quantity.count(tables, "table", "tables"))"),
        .init("size", Quantity.bytes(bytes)),
        .init("proof", isVerified ? "read back, every digest equal" : "not compared"),
        .init("time", Quantity.duration(.seconds(seconds))),
      ])
    ]
    if let name { blocks.append(.paragraph("It is there as \(name).")) }
    if !omissions.isEmpty {
      blocks += [.paragraph("Left out:", role: .warning), .list(omissions)]
    }
    return Report(
      blocks: blocks,
      json: [
        "event": "result",
        "snapshot": .string(content.name.text),
        "taken": .string(content.manifest.taken),
        "partial": .boolean(isPartial),
        "name": name.map { .string($0) } ?? .null,
        "tables": JSONValue(tables),
        "rows": JSONValue(rows),
        "bytes": JSONValue(bytes),
        "verified": .boolean(isVerified),
        "omissions": .array(omissions.map { .string($0) }),
        "seconds": .number(seconds),
      ]
    )
  }
}
