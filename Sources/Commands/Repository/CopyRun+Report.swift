internal import Problems
internal import Replication
internal import Reports
internal import Repository
internal import Snapshot

extension CopyRun.Progress {
  /// The progress as a line or an event.
  var report: Progress {
    Progress(
      phase: "copying",
      subject: "snapshot \(number) of \(count)",
      bytes: Int64(bytes)
    )
  }
}

extension CopyRun.Result {
  /// What was copied, or would be.
  func report(to address: String, isDryRun: Bool) -> Report {
    let whole = items.filter { $0.damage == nil }
    let bytes = items.reduce(0) { $0 + $1.copied.bytes }
    var blocks: [Report.Block] = [
      .values([
        .init("copy", address),
        .init(
          isDryRun ? "to copy" : "copied",
          Quantity.count(whole.count, "snapshot", "snapshots")
        ),
        .init("there already", Quantity.count(known, "snapshot", "snapshots")),
        .init(isDryRun ? "to store" : "stored", Quantity.bytes(bytes)),
      ])
    ]
    if !items.isEmpty { blocks.append(.table(table)) }
    return Report(blocks: blocks, json: json(to: address, isDryRun, bytes))
  }

  private var table: Table {
    var table = Table([
      .text("id"), .text("taken"), .flexible("database"), .number("chunks"), .number("bytes"),
      .flexible("finding"),
    ])
    for item in items {
      let manifest = item.snapshot.manifest
      table.add(
        item.snapshot.name.shortID,
        String(manifest.taken.prefix(19)) + "Z",
        manifest.database.name,
        Quantity.count(item.copied.count),
        Quantity.bytes(item.copied.bytes),
        item.damage.map { "damaged, not copied: \($0.reason ?? $0.summary)" } ?? ""
      )
    }
    return table
  }

  private func json(to address: String, _ isDryRun: Bool, _ bytes: Int) -> JSONValue {
    [
      "event": "result",
      "to": .string(address),
      "dry_run": .boolean(isDryRun),
      "known": JSONValue(known),
      "bytes_stored": JSONValue(bytes),
      "snapshots": .array(
        items.map {
          [
            "snapshot": .string($0.snapshot.name.text),
            "database": .string($0.snapshot.manifest.database.name),
            "chunks": JSONValue($0.copied.count),
            "bytes_stored": JSONValue($0.copied.bytes),
            "damage": JSONValue($0.damage?.reason ?? $0.damage?.summary),
          ]
        }
      ),
    ]
  }
}
