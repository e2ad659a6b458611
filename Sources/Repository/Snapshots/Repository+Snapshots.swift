public import ObjectStore
internal import Problems

extension Repository {
  /// The code of the problem that a snapshot is not there.
  public static let unknownSnapshotCode = "repository.unknown-snapshot"

  static var manifestLimit: Int { 64 << 20 }

  /// The names of all snapshots, the oldest first.
  public func snapshots() throws -> [SnapshotName] { try Self.snapshots(in: store) }

  /// The names of all snapshots of a store, the oldest first; no key is needed for names.
  ///
  /// - Parameter store: A store with a repository; one without has no snapshots.
  /// - Returns: The names, of which nothing is proven yet.
  /// - Throws: What the store throws.
  public static func snapshots(in store: any ObjectStore) throws -> [SnapshotName] {
    try store.list(SnapshotName.directory).compactMap { SnapshotName(object: $0.name) }.sorted()
  }

  /// A snapshot's manifest, proven to be this repository's and this name's.
  ///
  /// Throws `repository.unknown-snapshot`, `repository.needs-full-key` for one that somebody else
  /// wrote where the key slot in use may read its own only, or `repository.damaged` with the
  /// object's name.
  public func manifest(of snapshot: SnapshotName) throws -> [UInt8] {
    try attributedManifest(of: snapshot).manifest
  }

  /// A snapshot's manifest, and whether a host wrote it whose key slot may only write; throws as
  /// ``manifest(of:)``.
  ///
  /// The seal proves it: such a host does not have the keys of full slots. What it says is that
  /// host's word alone, so nobody else's snapshot may take anything over from it.
  public func attributedManifest(
    of snapshot: SnapshotName
  ) throws -> (manifest: [UInt8], isByHost: Bool) {
    let name = snapshot.object
    let bytes: [UInt8]
    do {
      bytes = try store.get(name, limit: Self.manifestLimit + 1024)
    } catch let problem as Problem where problem.code == Damage.code {
      // Only now: to look for each before it is read costs a bucket one more request for each.
      if try isStored(name) { throw Self.loss(of: snapshot, problem) }
      throw Problem(
        .usage,
        code: Self.unknownSnapshotCode,
        "there is no snapshot \(snapshot)",
        facts: [.init("repository", store.location)],
        hint: "List the snapshots with `drydock snapshots`."
      )
    }
    do {
      let manifest = try Damage.naming(name) {
        try sealed.open(bytes, as: .manifest, name: name)
      }
      let generation = try SealedObject.generation(of: bytes)
      return (manifest: manifest, isByHost: keys.hostGenerations.contains(generation))
    } catch let problem as Problem where problem.code == KeyProblem.needsFullKey {
      throw KeyProblem.needsFullKey("reading the snapshot \(snapshot)")
    } catch let problem as Problem where problem.code == Damage.code {
      throw Self.loss(of: snapshot, problem)
    }
  }

  /// The damage of a manifest, which no new backup stores again.
  private static func loss(of snapshot: SnapshotName, _ damage: Problem) -> Problem {
    var problem = damage
    problem.hint =
      "Other snapshots are not affected. A copy of the repository may still hold this one; where "
      + "none does, drydock forget \(snapshot) takes it out."
    return problem
  }

  /// A snapshot's manifest, or nil where the key slot in use may not read it: a host whose slot has
  /// role `write` passes over the snapshots of others.
  public func manifestIfReadable(of snapshot: SnapshotName) throws -> [UInt8]? {
    try attributedManifestIfReadable(of: snapshot)?.manifest
  }

  /// A snapshot's manifest as ``attributedManifest(of:)`` gives it, or nil where the key slot in use
  /// may not read it.
  public func attributedManifestIfReadable(
    of snapshot: SnapshotName
  ) throws -> (manifest: [UInt8], isByHost: Bool)? {
    do {
      return try attributedManifest(of: snapshot)
    } catch let problem as Problem where problem.code == KeyProblem.needsFullKey {
      return nil
    }
  }
}
