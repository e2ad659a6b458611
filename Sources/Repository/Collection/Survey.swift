internal import Files
internal import FoundationEssentials
internal import ObjectStore
internal import Problems

/// What a collector knows before it decides anything: who works, what is there, and what is live.
///
/// Never partial: where something cannot be read, or more is found when it is listed again, there
/// is no survey.
struct Survey {
  /// A snapshot was forgotten while the survey was made.
  struct Changed: Error {}

  let leases: LeaseList
  let snapshots: Set<SnapshotName>
  let places: Places
  /// What of each pack is live, by its number in the table.
  private(set) var uses: [PackUse] = []
  /// The live instances.
  private var live: InstanceMarks
  /// Chunks that are live, and in marked packs only, each with all that it stands on.
  private(set) var stranded: [[InstanceTable.Location]] = []
  /// What was wrong with instances that did not open when they were to stay for others.
  private(set) var failures: [Problem] = []
  private let repository: Repository
  /// Holds the file that the table searches, where there is one.
  private let scratch: TemporaryDirectory?

  /// Reads everything that decides.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - snapshots: Names that earlier listings have shown.
  ///   - closure: Shows what a snapshot needs.
  /// - Throws: `collect.refused` with the reason.
  init(
    _ repository: Repository,
    besides snapshots: Set<SnapshotName>,
    _ closure: Repository.CollectClosure
  ) throws {
    self.repository = repository
    // Leases before snapshots: a backup that ends in between shows up in one of the two.
    leases = try LeaseList(repository)
    let listed = try Set(repository.snapshots())
    self.snapshots = listed.union(try snapshots.filter { try repository.isStored($0.object) })
    // Without a place for files everything is in memory.
    scratch = try? TemporaryDirectory(prefix: "drydock-collect")
    let index = InstanceIndex(
      store: repository.store,
      sealed: repository.sealed,
      cache: scratch.map { repository.indexCache(in: $0.path) },
      comparesPacks: true
    )
    let avoidsMarks = !repository.omitted.contains(.collectorsAvoidMarks)
    places = try Places(in: repository, index, avoidsMarks: avoidsMarks)
    if let damage = index.damages.first?.problem {
      throw Self.refusal(
        "an index object cannot be read: \(damage.summary): \(damage.reason ?? "")",
        damage.facts,
        hint: "Nothing was removed. " + (damage.hint ?? "")
      )
    }
    live = InstanceMarks(count: places.stored.count)
    try checkParents()
    try findLive(closure)
    uses = try PackUse.all(of: places.stored, marks: live)
  }

  /// Whether an instance is live: the one at an offset of a pack, by the pack's number.
  func isLive(_ id: ChunkID, at offset: Int, inPack number: UInt32) throws -> Bool {
    try places.stored.locations(of: id, withLost: true).contains {
      $0.pack == number && $0.offset == offset && live.contains($0.position)
    }
  }

  /// Whether a fresh look shows a snapshot, or a parent in a lease, that this survey does not know.
  func hasMissed() throws -> Set<SnapshotName> {
    var now = try Set(repository.snapshots())
    if !repository.omitted.contains(.leasedParents) {
      now.formUnion(try LeaseList(repository).parents)
    }
    return now.subtracting(snapshots)
  }

  /// An incremental writer does not hold the bytes that it relies on: where its parent has gone, only
  /// its end says what it needed.
  private func checkParents() throws {
    if repository.omitted.contains(.leasedParents) { return }
    for lease in leases.live {
      guard let parent = lease.parent, !snapshots.contains(parent) else { continue }
      throw Self.refusal(
        "a backup on \(lease.host) builds upon the snapshot \(parent), which was forgotten meanwhile",
        [.init("snapshot", parent.text), .init("lease", lease.object.text)],
        hint: "Run it again when that backup is done, or an hour after its machine died."
      )
    }
  }

  private mutating func findLive(_ closure: Repository.CollectClosure) throws {
    let table = places.stored
    let visitor = ClosureVisitor(
      try ChunkReader(repository, table: table, cacheLimit: ChunkReader.historyLimit),
      among: table.count
    )
    let sides = try self.sides()
    for name in snapshots.sorted() {
      do {
        try closure(name, repository.manifest(of: name), visitor)
      } catch let problem as Problem {
        if try !repository.isStored(name.object) { throw Changed() }
        throw Self.refusal(
          "the snapshot \(name) cannot be read: \(problem.reason ?? problem.summary)",
          problem.facts
        )
      }
      try findLive(visitor.takeNeeded(), of: name, sides)
    }
    failures = sides.flatMap(\.failures)
  }

  /// Whose instances of a chunk are looked up apart, each of which finds the one that stays.
  ///
  /// Where hosts may only write, the owner's are looked up apart from theirs: a host cannot read the
  /// owner's form of a chunk, and the owner need not believe a host that it has stored one.
  private func sides() throws -> [SurveySide] {
    guard let own = repository.keys.ownGenerations else {
      return [try SurveySide(repository, places, of: nil)]
    }
    return try [own, repository.keys.hostGenerations].map {
      try SurveySide(repository, places, of: $0)
    }
  }

  private mutating func findLive(
    _ needed: [ChunkID],
    of snapshot: SnapshotName,
    _ sides: [SurveySide]
  ) throws {
    var missing: [ChunkID]?
    for side in sides {
      let lacking = try side.lacking(among: needed) { live.insert($0.position) }
      let absent = try lacking.filter { try !strand($0, of: snapshot, side) }
      let alsoHere = Set(absent)
      missing = missing?.filter { alsoHere.contains($0) } ?? absent
    }
    guard let id = missing?.first else { return }
    throw Self.refusal(
      "the snapshot \(snapshot) is not whole: a chunk is in no pack",
      [.init("snapshot", snapshot.text), .init("chunk", id.description)],
      hint: Self.lossHint(snapshot)
    )
  }

  /// What a side has in marked packs only is to be copied out of them; whether it has it at all.
  private mutating func strand(
    _ id: ChunkID,
    of snapshot: SnapshotName,
    _ side: SurveySide
  ) throws -> Bool {
    if let chain = try side.chain(of: id) {
      for location in chain { live.insert(location.position) }
      stranded.append(chain)
      return true
    }
    // Which of several was the true one, nobody knows, so none may go.
    if let failure = try side.failure(of: id) {
      throw Self.refusal(
        "the snapshot \(snapshot) is not whole: of several copies of a chunk none opens",
        [.init("snapshot", snapshot.text), .init("missing", id.description)] + failure.facts,
        hint: Self.lossHint(snapshot)
      )
    }
    return false
  }

  private static func lossHint(_ snapshot: SnapshotName) -> String {
    "Run drydock check; a new backup stores again what is missing, and drydock forget "
      + "\(snapshot) gives the snapshot up."
  }

  static func refusal(
    _ reason: String,
    _ facts: [Problem.Fact] = [],
    hint: String = "Nothing was removed. Run drydock check to see what is wrong."
  ) -> Problem {
    Problem(
      .refused,
      code: "collect.refused",
      "nothing was collected, since not all that decides could be read",
      reason: reason,
      facts: facts,
      hint: hint
    )
  }
}
