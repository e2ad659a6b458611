internal import ObjectStore
internal import Problems

extension Repository {
  /// The snapshots that running backups build upon: they name them in their leases.
  public func snapshotsInUse() throws -> Set<SnapshotName> {
    try LeaseList(self).parents
  }

  /// Removes snapshots: their manifests, and nothing else; collection removes what only they held.
  ///
  /// Looks at the leases right before. A backup that names one of the snapshots as its parent after
  /// that look finds it gone, or is respected by collection.
  ///
  /// - Parameter snapshots: Which ones; one that has gone meanwhile is no error.
  /// - Throws: `repository.append-only`, `repository.needs-full-key`, `repository.snapshot-in-use`,
  ///   and then nothing was removed; what the store throws.
  public func forget(_ snapshots: [SnapshotName]) throws {
    try format.checkCollectable(at: store.location)
    try checkMayRemove()
    try requireFullKey(for: "forgetting snapshots")
    let inUse = try snapshotsInUse()
    if let used = snapshots.first(where: inUse.contains) {
      throw Problem(
        .refused,
        code: "repository.snapshot-in-use",
        "the snapshot \(used) is in use, nothing was removed",
        reason: "a backup that runs now builds upon it",
        facts: [.init("snapshot", used.text)],
        hint: "Wait until the backup is done, or an hour when its machine died.",
        isRetryable: true
      )
    }
    for snapshot in snapshots {
      do {
        try store.delete(snapshot.object)
      } catch let problem as Problem where problem.code == StoreProblem.notFoundCode {
        // Somebody else had the same wish.
        continue
      }
    }
  }
}
