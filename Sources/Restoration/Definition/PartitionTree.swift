internal import Catalog
internal import Repository
internal import Snapshot

/// Which partitioned table each partition belongs to, as a snapshot's definition says.
///
/// A snapshot has rows of partitions only; a person who names a partitioned table means them all,
/// and a partition alone still needs the tables above it.
struct PartitionTree: Sendable {
  private var parents: [RelationName: RelationName] = [:]

  /// A snapshot of which no table was asked for by name.
  init() {}

  /// Reads it where tables were asked for by name.
  init(of content: SnapshotContent, options: RestoreOptions) throws {
    guard !options.tables.isEmpty || !options.excludedTables.isEmpty else {
      self.init()
      return
    }
    let archive = try Archive(
      of: content,
      reader: try content.repository.makeReader(),
      serverMajor: content.manifest.server.major,
      binaryDirectory: options.binaryDirectory
    )
    let entries = try archive.entries().filter { $0.kind == "TABLE ATTACH" }
    self.init(
      script: entries.isEmpty ? "" : try archive.script(.preData, only: entries, without: [])
    )
  }

  /// Reads `ALTER TABLE ONLY a.parent ATTACH PARTITION a.child FOR VALUES ...`.
  init(script: String) {
    for (words, names) in DefinitionTokens.statements(of: script) {
      guard words.starts(with: ["alter", "table", "only"]), words.count > 8,
        words[5] == "attach", words[6] == "partition"
      else { continue }
      let child = RelationName(schema: names[7], name: names[8])
      parents[child] = RelationName(schema: names[3], name: names[4])
    }
  }

  /// The tables above a partition, the nearest first.
  func ancestors(of table: RelationName) -> [RelationName] {
    var found: [RelationName] = []
    var next = parents[table]
    while let parent = next {
      found.append(parent)
      next = parents[parent]
    }
    return found
  }
}
