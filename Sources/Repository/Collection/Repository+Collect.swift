internal import ObjectStore
internal import Problems

extension Repository {
  /// Shows what a snapshot needs: gets its name, its manifest, and where to put the chunks.
  public typealias CollectClosure = (SnapshotName, [UInt8], ClosureVisitor) throws -> Void

  /// Removes what no snapshot needs, in two phases: marks it, and deletes it in a later run.
  ///
  /// Safe beside any number of writers and other collectors; docs/format.md says why.
  ///
  /// - Parameters:
  ///   - options: How much, and when.
  ///   - closure: Shows what a snapshot needs.
  /// - Returns: What was done.
  /// - Throws: `repository.append-only`, `repository.needs-full-key`, `repository.no-marks`;
  ///   `collect.refused` when not everything that decides can be read; then nothing was removed.
  ///   `repository.lease-expired` when the collector slept; run it again.
  public func collect(
    _ options: CollectOptions = CollectOptions(),
    closure: CollectClosure
  ) throws -> CollectReport {
    try format.checkWritable(at: store.location)
    try format.checkCollectable(at: store.location)
    try checkMayRemove()
    try requireFullKey(for: "collection")
    try checkMayMark()
    let lease = options.isDryRun ? nil : try Lease(self, parent: nil)
    do {
      var collector = try Collector(self, lease, options, closure)
      let report = try collector.run()
      try lease?.drop()
      return report
    } catch {
      // The first error is the one to report; a lease that stays runs out by itself.
      _ = try? lease?.drop()
      throw error
    }
  }

  /// Takes back all marks: their packs are not deleted until another collection marks them again.
  ///
  /// - Returns: How many marks were taken back.
  /// - Throws: `repository.needs-newer-reader`, `repository.needs-full-key`; what the store throws.
  public func undoMarks() throws -> Int {
    try format.checkCollectable(at: store.location)
    try requireFullKey(for: "taking back marks")
    let done = Set(try Unmark.all(in: self).map(\.mark))
    let marks = try Mark.all(in: self).filter {
      !$0.isSwept && !done.contains($0.object.lastComponent)
    }
    for mark in marks { try Unmark.put(mark.object, in: self) }
    return marks.count
  }

  /// How many packs are marked for deletion, and when the first mark was set.
  public func markedPacks() throws -> (packs: Int, since: Double?) {
    let marks = try Mark.all(in: self).filter { !$0.isSwept }
    return (marks.condemned.count, marks.map(\.time).min())
  }
}
