internal import Backup
internal import Reports
internal import Repository
internal import Snapshot

extension ImportRun.Result {
  /// What an import has to say when it is done.
  var report: Report {
    let totals = manifest.totals
    return Report(
      blocks: [
        .values([
          .init("snapshot", snapshot.text),
          .init("series", manifest.database.name),
          .init("taken", manifest.taken),
          .init("dump", manifest.dump?.words ?? ""),
          .init("read", Quantity.bytes(totals.bytesRead)),
          .init(
            "stored",
            "\(Quantity.bytes(totals.bytesStored)) in \(Quantity.count(totals.newChunks)) new chunks"
          ),
          .init("known", "\(Quantity.count(totals.knownChunks)) chunks were there already"),
          .init("time", Quantity.duration(.seconds(totals.seconds))),
        ])
      ],
      json: SnapshotSummary(snapshot, manifest).json(warnings: warnings)
    )
  }
}

extension Manifest.Dump {
  /// What it is, in a few words.
  var words: String {
    let form =
      switch self.form {
      case .plain: "SQL of one database"
      case .cluster: "SQL of a cluster"
      case .custom: "archive in one file"
      case .directory: "archive in a directory"
      }
    return form + (isComplete ? "" : ", whose end is missing")
  }
}
