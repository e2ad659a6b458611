internal import Repository
internal import Snapshot

extension SnapshotProof {
  /// Opens everything that a whole database's restore will need, to the last byte.
  static func open(_ content: SnapshotContent) throws {
    let reader = try content.repository.makeReader()
    _ = try content.text(content.manifest.definition.archive, reader)
    for table in content.manifest.tables {
      try open(table, try content.stripes(of: table, reader), reader)
    }
    for object in try content.largeObjects(reader) {
      for chunk in object.chunks { _ = try reader.read(chunk, kind: .data) }
    }
  }
}
