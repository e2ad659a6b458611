internal import ObjectStore
internal import Problems

/// Proves that every chunk a snapshot needs is stored, with all bases that deltas stand on,
/// before and after its commit.
struct ClosureCheck {
  private let repository: Repository
  private let table: InstanceTable
  /// For each pack number of the table, whether the snapshot needs it.
  private var isNeeded: [Bool]

  /// Chunks that are to be looked up together.
  private var waiting: [ChunkID] = []
  private var missing = 0
  private var example: ChunkID?

  /// Chunks looked up at once: some 30 MB, and few enough reads of each page of a large index.
  private static let batch = 262_144

  /// Looks into a fresh index.
  init(in repository: Repository) throws {
    self.repository = repository
    var table = try repository.index.refreshed()
    table.disregardPacks(notIn: try Pack.sizes(in: repository.store))
    self.table = table
    isNeeded = Array(repeating: false, count: table.packs.count)
  }

  /// Notes that the snapshot needs a chunk, with all that it stands on.
  mutating func need(_ id: ChunkID) throws {
    waiting.append(id)
    if waiting.count == Self.batch { try lookUp() }
  }

  /// A chunk on the chain of one that waits.
  private struct Link {
    var id: ChunkID
    /// Which of the waiting chunks stands on it.
    var place: Int32
    /// Only instances of smaller depth count.
    var depth: Int8
  }

  /// Looks up what waits, then all bases of that, then their bases, each time in the order of ids:
  /// so a large index is read page by page, where one lookup after another would jump about in it.
  private mutating func lookUp() throws {
    var links = waiting.indices.map { Link(id: waiting[$0], place: Int32($0), depth: .max) }
    while !links.isEmpty {
      links.sort { $0.id < $1.id }
      var bases: [Link] = []
      for link in links {
        let found = try table.locations(of: link.id, below: Int(link.depth)).first
        guard let found else {
          try needAnyChain(of: waiting[Int(link.place)])
          continue
        }
        isNeeded[Int(found.pack)] = true
        guard let base = found.instance.base else { continue }
        bases.append(Link(id: base, place: link.place, depth: Int8(found.instance.depth)))
      }
      links = bases
    }
    waiting.removeAll(keepingCapacity: true)
  }

  /// Looks for another chain, where the one over the shallowest instances is broken.
  private mutating func needAnyChain(of id: ChunkID) throws {
    if let chain = try table.chain(of: id) {
      for location in chain { isNeeded[Int(location.pack)] = true }
    } else {
      missing += 1
      example = example ?? id
    }
  }

  /// Lists the packs and looks for those that are needed, at their full size.
  ///
  /// Marks of a collector are to be listed here too, once there is one.
  mutating func verify(after committed: SnapshotName? = nil) throws {
    try lookUp()
    if let example {
      throw Self.incomplete("\(missing) of its chunks are in no pack", example, committed)
    }
    let sizes = try Pack.sizes(in: repository.store)
    for (pack, isNeeded) in zip(table.packs, isNeeded) where isNeeded {
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
      code: "repository.incomplete-snapshot",
      "the new snapshot is not complete and must not be used",
      reason: reason,
      facts: facts,
      hint: "Earlier snapshots are not affected by this one. Run `drydock check`, "
        + "then take the backup again."
    )
  }
}
