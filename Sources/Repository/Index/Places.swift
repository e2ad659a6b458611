internal import ObjectStore

/// Where chunks are, and where of that a snapshot may rely on them.
struct Places {
  /// The packs that were listed.
  let packs: [ObjectInfo]
  /// The marks that were listed, before anything else.
  let marks: [Mark]
  /// The packs under a mark.
  let condemned: Set<PackID>
  /// Instances in packs that are there at their full size, also in marked ones.
  let stored: InstanceTable
  /// Those of them that are in no marked pack.
  let usable: InstanceTable

  /// Looks for a writer.
  init(in repository: Repository) throws {
    try self.init(
      in: repository,
      repository.index,
      avoidsMarks: !repository.omitted.contains(.writersAvoidMarks)
    )
  }

  /// Looks for anybody.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - index: Which view of its index; it is refreshed.
  ///   - avoidsMarks: Always, but in tests.
  /// - Throws: What the store throws, and `repository.damaged` for a mark that does not open: what
  ///   it names is not known, so nothing could be relied on.
  init(in repository: Repository, _ index: InstanceIndex, avoidsMarks: Bool) throws {
    // Marks first: a pack that goes after this look is under one of these.
    marks = try Mark.all(in: repository)
    condemned = avoidsMarks ? marks.condemned : []
    var table = try index.refreshed()
    packs = try repository.store.list(Pack.directory)
    table.disregardPacks(notIn: Dictionary(packs.map { ($0.name, $0.size) }) { $1 })
    stored = table
    table.disregardPacks(condemned)
    usable = table
  }
}
