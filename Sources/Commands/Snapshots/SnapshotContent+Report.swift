internal import FoundationEssentials
internal import Reports
internal import Repository
internal import Snapshot

extension Manifest {
  /// The tags in one line: `git=1a2b3c4 release=2.4`.
  var tagText: String {
    tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}

extension SnapshotContent {
  /// What a snapshot holds, for a person and whole for programs.
  var report: Report {
    get throws {
      if let dump = manifest.dump { return try report(of: dump) }
      let database = manifest.database
      return Report(
        title: "Snapshot \(name)",
        blocks: [
          .values([
            .init("database", "\(database.name) (\(database.encoding), owner \(database.owner))"),
            .init("taken", manifest.taken),
            .init("server", manifest.server.settings["server_version"] ?? "unknown"),
            .init("position", "\(manifest.position.lsn), timeline \(manifest.position.timeline)"),
            .init("parent", manifest.parent ?? "none"),
            .init("by", "\(manifest.tool) on \(manifest.host)"),
            .init("patches", manifest.ledger.last.map { "up to \($0.version)" } ?? "no ledger"),
            .init("tags", manifest.tagText.isEmpty ? "none" : manifest.tagText),
            .init("sequences", Quantity.count(manifest.sequences.count)),
            .init("large objects", Quantity.count(manifest.largeObjectCount)),
            .init(
              "extensions",
              manifest.server.extensions.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            ),
          ]),
          .table(tables),
        ],
        json: try JSONParser.parse(try manifest.encoded())
      )
    }
  }

  private var tables: Table {
    var table = Table([
      .flexible("table"), .number("rows"), .number("size"), .text("read"), .flexible("why"),
    ])
    for item in manifest.tables.sorted(by: { $0.bytes > $1.bytes }) {
      table.add(
        item.label,
        Quantity.count(item.rows),
        Quantity.bytes(item.bytes),
        item.reading.way.rawValue,
        item.reading.reason
      )
    }
    return table
  }
}
