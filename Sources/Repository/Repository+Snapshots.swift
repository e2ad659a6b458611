internal import ObjectStore
internal import Problems

extension Repository {
  private static var manifestLimit: Int { 64 << 20 }

  /// The names of all snapshots, the oldest first.
  public func snapshots() throws -> [SnapshotName] {
    try store.list(SnapshotName.directory).compactMap { SnapshotName(object: $0.name) }.sorted()
  }

  /// A snapshot's manifest, proven to be this repository's and this name's.
  ///
  /// Throws `repository.unknown-snapshot`, or `repository.damaged` with the object's name.
  public func manifest(of snapshot: SnapshotName) throws -> [UInt8] {
    let name = snapshot.object
    do {
      _ = try store.size(of: name)
    } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
      throw Problem(
        .usage,
        code: "repository.unknown-snapshot",
        "there is no snapshot \(snapshot)",
        facts: [.init("repository", store.location)],
        hint: "List the snapshots with `drydock snapshots`."
      )
    }
    let bytes = try store.get(name, limit: Self.manifestLimit)
    return try Damage.naming(name) { try sealed.open(bytes, as: .manifest, name: name) }
  }

  /// Writes a new index over all packs that no index knows, from the packs' own directories.
  ///
  /// Only ever adds objects. Returns the number of packs that were added.
  @discardableResult
  public func rebuildIndex() throws -> Int {
    var known: Set<PackID> = []
    for object in try store.list(InstanceIndex.directory) {
      do {
        known.formUnion(try InstanceIndex.read(object.name, store, sealed).map(\.id))
      } catch let problem as Problem where problem.code == Damage.code {
        // A damaged index is what this call is for: its packs count as unknown.
        continue
      }
    }
    var found: [PackEntry] = []
    for object in try store.list(Pack.directory) {
      guard let id = Pack.id(from: object.name), !known.contains(id) else { continue }
      found.append(
        try Pack.readDirectory(of: object.name, in: store, keys: keys, binding: binding)
      )
    }
    for start in stride(from: 0, to: found.count, by: 64) {
      let batch = Array(found[start..<min(start + 64, found.count)])
      try InstanceIndex.write(batch, store, sealed)
    }
    return found.count
  }
}
