internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

extension SnapshotContent {
  /// Refuses what only a snapshot of Drydock's own can do.
  ///
  /// - Parameter work: What is refused, as in "cannot be compared".
  /// - Throws: `snapshot.imported` where the snapshot is an imported dump.
  func requireTaken(_ work: String) throws {
    guard let dump = manifest.dump else { return }
    throw Problem(
      .refused,
      code: "snapshot.imported",
      "snapshot \(name.shortID) is an imported dump and \(work)",
      reason: "Drydock keeps its bytes (\(dump.words)) and does not know what they hold",
      hint: "Restore it into a scratch database and take a snapshot of that."
    )
  }

  /// What is known of an imported dump.
  func report(of dump: Manifest.Dump) throws -> Report {
    var values: [Report.Field] = [
      .init("series", "\(manifest.database.name) (imported)"),
      .init("taken", manifest.taken),
      .init("dump", dump.words),
      .init("file", dump.source ?? "standard input"),
      .init("written by", dump.program.map { "version \($0)" } ?? "unknown"),
      .init("size", Quantity.bytes(dump.size)),
      .init("by", "\(manifest.tool) on \(manifest.host)"),
    ]
    if !dump.databases.isEmpty {
      values.append(.init("databases", dump.databases.joined(separator: ", ")))
    }
    if !dump.roles.isEmpty { values.append(.init("roles", dump.roles.joined(separator: ", "))) }
    return Report(
      title: "Snapshot \(name)",
      blocks: [.values(values)],
      json: try JSONParser.parse(try manifest.encoded())
    )
  }
}
