internal import ObjectStore

/// Removes what collection and dead writers leave behind beside packs.
extension Collector {
  mutating func tidy() throws {
    report.expiredLeases = survey.leases.expired.count
    guard let lease, !options.isDryRun else { return }
    try lease.checkLive()
    for object in survey.leases.expired { try repository.deleteIfPresent(object) }
    try replaceSweptMarks()
    try removeUnmarks()
  }

  /// A mark whose packs have all gone stays for another grace period, under another name: who has an
  /// old listing of packs still learns that they are no place for a chunk.
  private func replaceSweptMarks() throws {
    let isLasting = !repository.omitted.contains(.lastingMarks)
    var present = Set(survey.places.packs.compactMap { Pack.id(from: $0.name) })
    // In both listings, so that one that is not whole shows no pack as gone.
    let after = try repository.store.list(Pack.directory).compactMap { Pack.id(from: $0.name) }
    if isLasting { present.formUnion(after) } else { present = Set(after) }
    for mark in survey.places.marks where !mark.packs.contains(where: present.contains) {
      if isLasting {
        if mark.isSwept && now < mark.time + grace { continue }
        if !mark.isSwept { try Mark.put(mark.packs, isSwept: true, in: repository) }
      }
      try repository.deleteIfPresent(mark.object)
    }
  }

  /// Unmarks of marks that have gone.
  private func removeUnmarks() throws {
    for unmark in try Unmark.all(in: repository) {
      let mark = ObjectName(components: Mark.directory, unmark.mark)
      if try !repository.isStored(mark) { try repository.deleteIfPresent(unmark.object) }
    }
  }
}
