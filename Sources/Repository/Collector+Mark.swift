internal import ObjectStore
internal import Problems

/// The first phase: says what is dead, and makes partly dead packs so.
extension Collector {
  /// Packs in one mark: it stays below the size that a mark may have.
  private static var markLimit: Int { 500_000 }

  mutating func mark() throws {
    var dead: [PackID] = []
    var partly: Set<PackID> = []
    let oldest = otherLeases.map(\.started).min() ?? .infinity
    for pack in survey.places.packs {
      guard let id = Pack.id(from: pack.name), !survey.places.condemned.contains(id) else {
        continue
      }
      let isYoung = Double(pack.modified) >= oldest
      if isYoung && !repository.omitted.contains(.youngPacks) { continue }
      if live(id).isEmpty {
        dead.append(id)
        report.marked.add(pack.size)
      } else {
        partly.insert(id)
      }
    }
    dead += try repack(partly)
    let renewed = try unmarkedMarks()
    dead += renewed.flatMap(\.packs)
    guard !options.isDryRun else { return }
    for start in stride(from: 0, to: dead.count, by: Self.markLimit) {
      let packs = Array(dead[start..<min(start + Self.markLimit, dead.count)])
      try Mark.put(packs, isSwept: false, in: repository)
      let ripe = now + grace
      report.nextSweep = min(report.nextSweep ?? ripe, ripe)
    }
    // Only now: a pack must not be without a mark for a moment.
    for mark in renewed { try repository.deleteIfPresent(mark.object) }
  }

  /// Marks that were taken back: this run says again what they said, with a new grace period.
  private func unmarkedMarks() throws -> [Mark] {
    let unmarked = Set(try Unmark.all(in: repository).map(\.mark))
    return survey.places.marks.filter { unmarked.contains($0.object.lastComponent) }
  }

  /// Copies what is live out of the packs with the greatest dead share; returns those packs.
  private mutating func repack(_ packs: Set<PackID>) throws -> [PackID] {
    var candidates: [(pack: PackID, size: Int, live: Int)] = []
    for object in try repository.store.list(InstanceIndex.directory) {
      for entry in try repository.indexEntries(object.name) ?? [] where packs.contains(entry.id) {
        let offsets = live(entry.id)
        let bytes = entry.instances.reduce(0) {
          $0 + (offsets.contains($1.offset) ? $1.instance.length : 0)
        }
        let dead = Double(entry.instances.reduce(0) { $0 + $1.instance.length } - bytes)
        if dead >= options.deadShare * Double(entry.size) && dead > 0 {
          candidates.append((entry.id, entry.size, bytes))
        }
      }
    }
    candidates.sort { ($0.live, $0.pack) < ($1.live, $1.pack) }
    return try repack(candidates)
  }

  private mutating func repack(
    _ candidates: [(pack: PackID, size: Int, live: Int)]
  ) throws -> [PackID] {
    var repacked: [PackID] = []
    var copied = 0
    var seen: Set<PackID> = []
    var sink = PackSink(repository)
    let reader = try ChunkReader(repository, table: survey.places.stored, cacheLimit: 8 << 20)
    for candidate in candidates where seen.insert(candidate.pack).inserted {
      try lease?.renewIfDue()
      guard copied + candidate.live <= options.maxRepack ?? .max else {
        report.partlyDead.add(candidate.size)
        continue
      }
      do {
        if !options.isDryRun { try copy(candidate.pack, reader, to: &sink) }
        copied += candidate.live
        report.repacked.add(candidate.live)
        report.marked.add(candidate.size)
        repacked.append(candidate.pack)
      } catch let problem as Problem where problem.code == Damage.code {
        // Written anew, its damage would look like health; a check has to find it.
        report.damaged.append(problem)
      }
    }
    try sink.finish()
    return repacked
  }

  /// Copies the live instances of one pack, once the pack and each of them are proven.
  private func copy(_ pack: PackID, _ reader: ChunkReader, to sink: inout PackSink) throws {
    let name = Pack.name(pack)
    let offsets = live(pack)
    let instances = try PackProof.instances(of: name, in: repository, reader) {
      offsets.contains($0)
    }
    for (instance, bytes) in instances { try sink.append(instance, bytes) }
  }
}
