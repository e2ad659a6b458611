internal import ObjectStore
internal import Problems

/// Proves that every chunk a snapshot needs is stored, with all bases that deltas stand on,
/// before and after its commit.
struct ClosureCheck {
  private let repository: Repository
  private let table: InstanceTable
  /// For each pack number of the table, whether the snapshot needs it.
  private var isNeeded: [Bool]

  private var missing = 0
  private var example: ChunkID?

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
  func verify(after committed: SnapshotName? = nil) throws {
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
