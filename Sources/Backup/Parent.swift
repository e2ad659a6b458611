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

extension Parent {
  /// What a look for a parent has found.
  struct Choice: Sendable {
    /// The parent; nil where there is none.
    var parent: Parent?
    /// The newest snapshot of the database, where a host that may only write has taken it, and who
    /// takes the new one holds a full key.
    var passedOver: SnapshotName?
    /// Newer snapshots that nobody can read any more, perhaps of this database.
    var damaged: [SnapshotName] = []

    /// Why everything is read where there is no parent.
    var reason: String {
      passedOver == nil ? "first snapshot" : "first snapshot with a full key"
    }

    /// What to say of those that are damaged.
    var warnings: [String] {
      let way = parent.map { "this one builds upon \($0.name)" } ?? "everything was read"
      return damaged.map { "snapshot \($0) is damaged and cannot be built upon: \(way)" }
    }

    /// What to say of a snapshot that was passed over.
    var notice: String? {
      guard let passedOver else { return nil }
      let way =
        parent.map { "this one builds upon \($0.name), the last with a full key" }
        ?? "everything was read, since there is none before it with a full key"
      return "snapshot \(passedOver) was taken with a key that may only write, so a full key "
        + "does not rely on it: \(way)"
    }
  }
}

extension Repository {
  /// The newest whole snapshot of a database; a partial one is nobody's parent.
  ///
  /// Who holds a full key builds upon none that a host took whose key may only write: the host
  /// could have written rows there that the database never held, and the new snapshot would vouch
  /// for them. A host builds upon its own. One that is damaged is passed over: that one snapshot is
  /// lost must not end those to come.
  func parent(of database: String, in systemIdentifier: String) throws -> Parent.Choice {
    var choice = Parent.Choice()
    for name in try snapshots().reversed() {
      let look = try SnapshotLook(at: name, in: self)
      if case .damaged = look { choice.damaged.append(name) }
      guard let content = look.content else { continue }
      let manifest = content.manifest
      let found = manifest.database
      guard found.name.isExactly(database), found.systemIdentifier == systemIdentifier,
        !manifest.isPartial
      else { continue }
      guard role == .write || !content.isByHost else {
        choice.passedOver = choice.passedOver ?? name
        continue
      }
      choice.parent = Parent(name: name, manifest: manifest)
      return choice
    }
    return choice
  }
}
