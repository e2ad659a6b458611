internal import ObjectStore
internal import Problems

/// Proves that every chunk a snapshot needs is stored, with all bases that deltas stand on, in packs
/// that nobody is about to delete: before and after its commit.
struct ClosureCheck {
  let places: Places
  private let repository: Repository
  private let search: ChainSearch
  /// For each pack number of the table, whether the snapshot needs it.
  private var isNeeded: [Bool]
  private var stranded: [ChunkID] = []

  /// Looks into a fresh index.
  init(in repository: Repository) throws {
    self.repository = repository
    places = try Places(in: repository)
    search = ChainSearch(places.usable)
    isNeeded = Array(repeating: false, count: places.usable.packs.count)
  }

  /// Notes that the snapshot needs a chunk, with all that it stands on.
  mutating func need(_ id: ChunkID) throws {
    try search.add(
      id,
      found: { isNeeded[Int($0.pack)] = true },
      missing: { stranded.append($0) }
    )
  }

  /// The chunks that are only in marked packs, once all that is needed was noted.
  mutating func chunksInMarkedPacks() throws -> [ChunkID] {
    try finishSearch()
    return try stranded.filter { try places.stored.contains($0) }
  }

  /// Whether no pack that is needed has come under a mark since.
  func isUnmarked() throws -> Bool {
    let condemned = try Mark.all(in: repository).condemned
    return !zip(places.usable.packs, isNeeded).contains { pack, isNeeded in
      isNeeded && condemned.contains(pack.id)
    }
  }

  /// Lists the packs and looks for those that are needed, at their full size.
  mutating func verify(after committed: SnapshotName? = nil) throws {
    try finishSearch()
    if let example = stranded.first {
      let count = stranded.count
      throw Self.incomplete("\(count) of its chunks are in no pack", example, committed)
    }
    let sizes = try Pack.sizes(in: repository.store)
    for (pack, isNeeded) in zip(places.usable.packs, isNeeded) where isNeeded {
      let name = Pack.name(pack.id)
      guard let size = sizes[name] else {
        throw Self.incomplete("the object \(name) is missing", nil, committed)
      }
      guard size == pack.size else {
        throw Self.incomplete(
          "the object \(name) has \(size) bytes instead of \(pack.size)",
          nil,
          committed
        )
      }
    }
  }

  private mutating func finishSearch() throws {
    try search.finish(
      found: { isNeeded[Int($0.pack)] = true },
      missing: { stranded.append($0) }
    )
  }

  /// Code of "the new snapshot is not complete".
  static let code = "repository.incomplete-snapshot"

  private static func incomplete(
    _ reason: String,
    _ chunk: ChunkID?,
    _ committed: SnapshotName?
  ) -> Problem {
    var facts: [Problem.Fact] = []
    if let chunk { facts.append(.init("chunk", chunk.description)) }
    if let committed { facts.append(.init("snapshot", committed.text)) }
    return Problem(
      .damaged,
      code: code,
      "the new snapshot is not complete and must not be used",
      reason: reason,
      facts: facts,
      hint: "Earlier snapshots are not affected by this one. Run `drydock check`, "
        + "then take the backup again."
    )
  }
}
