public import FoundationEssentials
internal import ObjectStore
internal import Problems

extension SnapshotWriter {
  /// Makes everything written a snapshot, and returns its name when that is safe.
  ///
  /// - Parameters:
  ///   - manifest: The snapshot's own description.
  ///   - time: The moment that the snapshot shows; it becomes part of the name.
  ///   - closure: Shows every chunk that the snapshot needs to its argument, in any order; it runs
  ///     when all packs are stored, so it may read lists that this writer wrote.
  /// - Returns: The new snapshot's name.
  /// - Throws: `repository.incomplete-snapshot` when a chunk is missing, or what the store throws;
  ///   then there is no snapshot. An error that names the snapshot came after its commit.
  public func commit(
    manifest: [UInt8],
    at time: Date,
    closure: (_ need: (ChunkID) throws -> Void) throws -> Void
  ) throws -> SnapshotName {
    let name = try SnapshotName(at: time)
    try commit(manifest: manifest, as: name, closure: closure)
    return name
  }

  /// Makes everything written a snapshot with the name that it has in the repository from which it
  /// is copied; else as ``commit(manifest:at:closure:)``.
  ///
  /// - Throws: `store.exists` too, where the name is taken; then nothing was committed.
  public func commit(
    manifest: [UInt8],
    as name: SnapshotName,
    closure: (_ need: (ChunkID) throws -> Void) throws -> Void
  ) throws {
    try flush()
    try lease.checkLive()
    let check = try wholeClosure(closure)
    try lease.checkLive()
    guard manifest.count <= Repository.manifestLimit else {
      throw Problem(
        code: "repository.manifest-too-large",
        "the manifest of \(manifest.count) bytes is larger than the \(Repository.manifestLimit) "
          + "that fit"
      )
    }
    let sealed = try repository.sealed.seal(manifest, as: .manifest, name: name.object)
    try repository.store.put(name.object, sealed)
    // Again, now that the manifest protects its chunks: a collector may have decided before that.
    try confirm(name, check, closure)
    do {
      if let notice = try lease.drop() { note(notice) }
    } catch is CancellationError {
      // The snapshot is there, and must not be reported as stopped; the lease runs out by itself.
    }
  }

  /// Makes everything written a snapshot whose closure is few enough chunks to be in memory.
  public func commit(
    manifest: [UInt8],
    at time: Date,
    closure: some Sequence<ChunkID>
  ) throws -> SnapshotName {
    try commit(manifest: manifest, at: time) { need in for id in closure { try need(id) } }
  }
}

extension Repository {
  /// Begins a snapshot: writes the lease, then reads the index.
  ///
  /// - Parameters:
  ///   - parent: The snapshot whose chunks the new one relies on without holding them.
  ///   - delta: When a changed chunk is stored as a delta; never where `format` does not list it.
  /// - Returns: A writer.
  /// - Throws: What the store throws, or `repository.damaged` for a damaged index.
  public func beginSnapshot(
    parent: SnapshotName?,
    delta: DeltaPolicy = .auto
  ) throws -> SnapshotWriter {
    try SnapshotWriter(self, parent: parent, delta: delta)
  }
}
