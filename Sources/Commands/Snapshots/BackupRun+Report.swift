internal import Backup
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

extension BackupProgress {
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

extension BackupRun.Result {
  /// What a backup has to say when it is done.
  var report: Report {
    let totals = manifest.totals
    return Report(
      blocks: [
        .values([
          .init("snapshot", snapshot.text),
          .init("database", manifest.database.name),
          .init("taken", manifest.taken),
          .init(
            "rows",
            "\(Quantity.count(totals.rows)) in "
              + Quantity.count(manifest.tables.count, "table", "tables")
          ),
          .init("read", Quantity.bytes(totals.bytesRead)),
          .init(
            "stored",
            "\(Quantity.bytes(totals.bytesStored)) in \(Quantity.count(totals.newChunks)) new chunks"
          ),
          .init("known", "\(Quantity.count(totals.knownChunks)) chunks were there already"),
          .init("tables", ways),
          .init("time", Quantity.duration(.seconds(totals.seconds))),
        ])
      ] + (notices.isEmpty ? [] : [.list(notices)]),
      json: SnapshotSummary(snapshot, manifest).json(warnings: warnings),
      brief: "\(snapshot.shortID): \(Quantity.count(totals.rows, "row", "rows")), "
        + "\(Quantity.bytes(totals.bytesStored)) stored"
    )
  }

  /// How many tables were read in which way.
  private var ways: String {
    let counts = manifest.tables.reduce(into: [Manifest.Reading.Way: Int]()) {
      $0[$1.reading.way, default: 0] += 1
    }
    let words: [(Manifest.Reading.Way, String)] = [
      (.unchanged, "unchanged"), (.changedPages, "read by changed pages"), (.whole, "read whole"),
    ]
    return words.compactMap { way, word in counts[way].map { "\(Quantity.count($0)) \(word)" } }
      .joined(separator: ", ")
  }

  /// What a full read found that must not be: loud, for it means that a snapshot before was wrong.
  var alarm: Problem? {
    guard !alarms.isEmpty else { return nil }
    return Problem(
      .damaged,
      code: "backup.parent-differs",
      "snapshot \(manifest.parent ?? "") does not hold what the database held",
      reason: "pages that have not changed since then are not as it says",
      facts: alarms.map { Problem.Fact($0.table, "pages \(Self.listed($0.pages))") },
      hint: "Snapshot \(snapshot.shortID) was read whole and is right. Verify the snapshots before "
        + "it (drydock verify --level 2), and report this with the server's version."
    )
  }

  private static func listed(_ pages: [Int]) -> String {
    let shown = pages.prefix(20).map(String.init).joined(separator: ", ")
    return pages.count > 20 ? "\(shown) and \(pages.count - 20) more" : shown
  }
}

/// The summary of a snapshot for programs.
struct SnapshotSummary {
  let name: SnapshotName
  let manifest: Manifest

  init(_ name: SnapshotName, _ manifest: Manifest) {
    self.name = name
    self.manifest = manifest
  }

  var json: JSONValue {
    guard let dump = manifest.dump else { return members }
    return .object((members.members ?? []) + [.init("imported", .string(dump.form.rawValue))])
  }

  /// The same with what people are warned of beside it.
  func json(warnings: [String]) -> JSONValue {
    .object((json.members ?? []) + [.init("warnings", .array(warnings.map { .string($0) }))])
  }

  private var members: JSONValue {
    let totals = manifest.totals
    return [
      "event": "result",
      "snapshot": .string(name.text),
      "id": .string(name.shortID),
      "database": .string(manifest.database.name),
      "system_identifier": .string(manifest.database.systemIdentifier),
      "server_version": JSONValue(manifest.server.version),
      "taken": .string(manifest.taken),
      "parent": JSONValue(manifest.parent),
      "tags": .object(
        manifest.tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }
      ),
      "tables": JSONValue(manifest.tables.count),
      "rows": JSONValue(totals.rows),
      "bytes": JSONValue(totals.bytes),
      "bytes_read": JSONValue(totals.bytesRead),
      "bytes_stored": JSONValue(totals.bytesStored),
      "new_chunks": JSONValue(totals.newChunks),
      "known_chunks": JSONValue(totals.knownChunks),
      "seconds": .number(totals.seconds),
    ]
  }
}
