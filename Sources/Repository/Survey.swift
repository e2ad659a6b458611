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
  /// Chunks that are live, and in marked packs only.
  private(set) var stranded: [ChunkID] = []
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
      cache: scratch.map { repository.indexCache(in: $0.path) }
    )
    let avoidsMarks = !repository.omitted.contains(.collectorsAvoidMarks)
    places = try Places(in: repository, index, avoidsMarks: avoidsMarks)
    if let damage = index.damages.first?.problem {
      throw Self.refusal("an index object cannot be read: \(damage.summary)", damage.facts)
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
    let searches = searches()
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
      try findLive(visitor.takeNeeded(), of: name, searches)
    }
  }

  /// Where the instances of a chunk are looked up, each of which finds the one that stays.
  ///
  /// Where hosts may only write, the owner's are looked up apart from theirs: a host cannot read the
  /// owner's form of a chunk, and the owner need not believe a host that it has stored one.
  private func searches() -> [ChainSearch] {
    let ignoresBases = repository.omitted.contains(.basesAreLive)
    guard let own = repository.keys.ownGenerations else {
      return [ChainSearch(places.usable, ignoresBases: ignoresBases)]
    }
    return [own, repository.keys.hostGenerations].map { generations in
      var table = places.usable
      table.restrict(to: generations)
      return ChainSearch(table, ignoresBases: ignoresBases)
    }
  }

  private mutating func findLive(
    _ needed: [ChunkID],
    of snapshot: SnapshotName,
    _ searches: [ChainSearch]
  ) throws {
    var missing: [ChunkID]?
    for search in searches {
      var lacking: [ChunkID] = []
      for id in needed {
        try search.add(
          id,
          found: { live.insert($0.position) },
          missing: { lacking.append($0) }
        )
      }
      try search.finish(
        found: { live.insert($0.position) },
        missing: { lacking.append($0) }
      )
      let alsoHere = Set(lacking)
      missing = missing?.filter { alsoHere.contains($0) } ?? lacking
    }
    for id in missing ?? [] { try strand(id, of: snapshot) }
  }

  /// What no usable pack has must be in a marked one.
  private mutating func strand(_ id: ChunkID, of snapshot: SnapshotName) throws {
    guard let chain = try places.stored.chain(of: id) else {
      throw Self.refusal(
        "the snapshot \(snapshot) is not whole: a chunk is in no pack",
        [.init("snapshot", snapshot.text), .init("chunk", id.description)],
        hint: "Run drydock check; a new backup stores again what is missing, and drydock forget "
          + "\(snapshot) gives the snapshot up."
      )
    }
    for location in chain { live.insert(location.position) }
    stranded.append(id)
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
