internal import ObjectStore

/// The second phase: deletes what was marked long enough ago and is still dead.
extension Collector {
  /// Packs between two looks at the unmarks.
  private static var batch: Int { 256 }

  mutating func sweep() throws {
    var doomed: [PackID] = []
    var seen: Set<PackID> = []
    let kept = try keptPacks()
    let sizes = listedSizes
    for mark in survey.places.marks {
      let isRipe = isRipe(mark)
      for pack in mark.packs where seen.insert(pack).inserted {
        guard let size = sizes[pack] else { continue }
        let isDead = use(of: pack).liveCount == 0 || repository.omitted.contains(.recomputed)
        if isRipe && isDead && !kept.contains(pack) {
          doomed.append(pack)
        } else {
          report.waiting.add(size)
        }
      }
    }
    for pack in doomed { report.deleted.add(sizes[pack] ?? 0) }
    guard let lease, !options.isDryRun else { return }
    var rewrite = IndexRewrite(repository, dropping: Set(doomed).union(try packsGone()))
    try rewrite.run(lease)
    for start in stride(from: 0, to: doomed.count, by: Self.batch) {
      try delete(Array(doomed[start..<min(start + Self.batch, doomed.count)]), lease)
    }
    // Packs that an old listing had hidden when their mark was called swept.
    let late = survey.places.marks.filter(\.isSwept).condemned.intersection(doomed)
    if !late.isEmpty { try Mark.put(late.sorted(), isSwept: true, in: repository) }
  }

  /// Whether a mark's packs may go: grace is over, and no writer works that may not have seen it.
  private mutating func isRipe(_ mark: Mark) -> Bool {
    let ripe = mark.time + grace
    let isOver = now >= ripe || repository.omitted.contains(.grace)
    if !isOver { report.nextSweep = min(report.nextSweep ?? ripe, ripe) }
    let isSeen =
      otherLeases.allSatisfy { $0.started >= mark.time }
      || repository.omitted.contains(.olderWriters)
    return isOver && isSeen
  }

  /// The sizes of the packs that were listed.
  var listedSizes: [PackID: Int] {
    var sizes: [PackID: Int] = [:]
    for pack in survey.places.packs {
      if let id = Pack.id(from: pack.name) { sizes[id] = pack.size }
    }
    return sizes
  }

  private mutating func delete(_ packs: [PackID], _ lease: Lease) throws {
    try lease.renewIfDue()
    try lease.checkLive()
    let kept = try keptPacks()
    for pack in packs where !kept.contains(pack) {
      try repository.deleteIfPresent(Pack.name(pack))
    }
  }

  /// Packs under marks that were taken back since the survey.
  ///
  /// Either the unmark is still there, or another collector has said the mark again with a new grace
  /// period: it removes the old mark first, and its unmark after that.
  private func keptPacks() throws -> Set<PackID> {
    if repository.omitted.contains(.unmarks) { return [] }
    let unmarked = Set(try Unmark.all(in: repository).map(\.mark))
    let present = Set(try repository.store.list(Mark.directory).map(\.name))
    return survey.places.marks.filter {
      unmarked.contains($0.object.lastComponent) || !present.contains($0.object)
    }.condemned
  }

  /// Packs that an index names and that have gone: nothing live is in them, or there were no survey.
  private func packsGone() throws -> Set<PackID> {
    let sizes = listedSizes
    let missing = survey.places.stored.packs.filter { sizes[$0.id] == nil }
    return Set(try missing.filter { try !repository.isStored(Pack.name($0.id)) }.map(\.id))
  }
}
