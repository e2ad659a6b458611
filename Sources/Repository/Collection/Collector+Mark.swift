internal import ObjectStore
internal import Problems

/// The first phase: says what is dead, and makes partly dead packs so.
extension Collector {
  /// Packs in one mark: it stays below the size that a mark may have.
  private static var markLimit: Int { 500_000 }

  mutating func mark() throws {
    var dead: [PackID] = []
    var partly: [PackID: Int] = [:]
    let oldest = otherLeases.map(\.started).min() ?? .infinity
    for pack in survey.places.packs {
      guard let id = Pack.id(from: pack.name), !survey.places.condemned.contains(id) else {
        continue
      }
      let isYoung = Double(pack.modified) >= oldest
      if isYoung && !repository.omitted.contains(.youngPacks) { continue }
      if use(of: id).liveCount == 0 {
        dead.append(id)
        report.marked.add(pack.size)
      } else {
        partly[id] = pack.size
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

  /// A pack that is partly live.
  private struct Candidate {
    var pack: PackID
    /// Its number in the survey's table.
    var number: UInt32
    var size: Int
    var use: PackUse
  }

  /// The packs that are dead enough, those with the least to copy first.
  private func candidates(among packs: [PackID: Int]) -> [Candidate] {
    packs.compactMap { pack, size in
      guard let number = numbers[pack] else { return nil }
      let use = survey.uses[Int(number)]
      let isWorthIt = use.dead > 0 && Double(use.dead) >= options.deadShare * Double(size)
      return isWorthIt ? Candidate(pack: pack, number: number, size: size, use: use) : nil
    }
    .sorted { ($0.use.live, $0.pack) < ($1.use.live, $1.pack) }
  }

  /// Copies what is live out of the packs with the greatest dead share; returns those packs.
  private mutating func repack(_ packs: [PackID: Int]) throws -> [PackID] {
    var repacked: [PackID] = []
    var copied = 0
    var sink = PackSink(repository)
    let reader = try ChunkReader(repository, table: survey.places.stored, cacheLimit: 8 << 20)
    for candidate in candidates(among: packs) {
      try lease?.renewIfDue()
      guard copied + candidate.use.live <= options.maxRepack ?? .max else {
        report.partlyDead.add(candidate.size)
        continue
      }
      do {
        if !options.isDryRun { try copy(candidate, reader, to: &sink) }
        copied += candidate.use.live
        report.repacked.add(candidate.use.live)
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
  private func copy(_ candidate: Candidate, _ reader: ChunkReader, to sink: inout PackSink) throws {
    let name = Pack.name(candidate.pack)
    let instances = try PackProof.instances(of: name, in: repository, reader) {
      try survey.isLive($0.id, at: $1, inPack: candidate.number)
    }
    // A host can make a pack whose directory hides what its index names, and others went for that.
    guard instances.count == candidate.use.liveCount else {
      throw Damage.problem(name, "its directory lacks chunks that an index says are there")
    }
    for (instance, bytes) in instances { try sink.append(instance, bytes) }
  }
}
