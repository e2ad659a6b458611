internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

extension DumpRestore.Result {
  /// What a restore of a dump has to say when it is done.
  func report(of content: SnapshotContent) -> Report {
    Report(
      blocks: [
        .values([
          .init("restored", "\(content.name) of \(content.manifest.database.name)"),
          .init("data of", content.manifest.taken),
          .init("dump", content.manifest.dump?.words ?? ""),
          .init("size", Quantity.bytes(bytes)),
          .init("proof", "none: the dump tells nothing to compare with"),
          .init("time", Quantity.duration(.seconds(seconds))),
        ])
      ],
      json: [
        "event": "result",
        "snapshot": .string(content.name.text),
        "taken": .string(content.manifest.taken),
        "imported": .string(form.rawValue),
        "bytes": JSONValue(bytes),
        "complete": .boolean(content.manifest.dump?.isComplete ?? true),
        "verified": .boolean(false),
        "seconds": .number(seconds),
      ]
    )
  }
}
