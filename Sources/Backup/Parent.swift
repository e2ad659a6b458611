internal import Bytes
internal import Catalog
internal import Repository
internal import Snapshot

/// The snapshot that a new one builds upon.
struct Parent: Sendable {
  let name: SnapshotName
  let manifest: Manifest
  private let tables: [Int: Int]

  init(name: SnapshotName, manifest: Manifest) {
    self.name = name
    self.manifest = manifest
    tables = Dictionary(
      manifest.tables.enumerated().map { ($0.element.oid, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
  }

  /// The table of this oid.
  func table(oid: Int) -> Manifest.Table? { tables[oid].map { manifest.tables[$0] } }

  /// The position above which pages have changed since.
  var horizon: LSN? { manifest.position.horizon.flatMap { LSN($0) } }
}

extension Repository {
  /// The newest whole snapshot of a database; a partial one is nobody's parent.
  func newestSnapshot(of database: String, in systemIdentifier: String) throws -> Parent? {
    for name in try snapshots().reversed() {
      guard let content = try SnapshotContent(ifReadable: name, in: self) else { continue }
      let manifest = content.manifest
      let found = manifest.database
      if found.name.isExactly(database), found.systemIdentifier == systemIdentifier,
        !manifest.isPartial
      {
        return Parent(name: name, manifest: manifest)
      }
    }
    return nil
  }
}
