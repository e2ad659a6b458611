/// Looks up many chunks with all that they stand on, in the order of their ids: so a large index is
/// read page by page, where one lookup after another would jump about in it.
final class ChainSearch {
  /// A chunk on the chain of one that waits.
  private struct Link {
    var id: ChunkID
    /// Which of the waiting chunks stands on it.
    var place: Int32
    /// Only instances of smaller depth count.
    var depth: Int8
  }

  /// Chunks looked up at once: some 30 MB, and few enough reads of each page of a large index.
  private static let batch = 262_144

  private var table: InstanceTable
  /// Whether bases are left out, which only a test wants.
  let ignoresBases: Bool
  /// Opens an instance before another of its chunk may go; nil where every index is believed.
  private let proof: SurvivorProof?
  private var waiting: [ChunkID] = []
  /// Instances that were found with all that they stand on: of a later chunk that stands on one of
  /// them, nothing below it is new.
  private var proven: InstanceMarks
  /// Instances of the search at hand, of which that is not known yet.
  private var unproven: [Int] = []

  /// A search in a table.
  init(_ table: InstanceTable, ignoresBases: Bool = false, proof: SurvivorProof? = nil) {
    self.table = table
    self.ignoresBases = ignoresBases
    self.proof = proof
    proven = InstanceMarks(count: table.count)
  }

  /// Notes a chunk, and looks up all that wait when they are many.
  ///
  /// - Parameters:
  ///   - id: The chunk.
  ///   - found: Gets every instance on the way, some of them more than once; none that this search
  ///     has given before, with all below it, need come again.
  ///   - missing: Gets a chunk that has no whole chain.
  /// - Throws: When the file of the merged index is broken and cannot be made again; with a proof,
  ///   what the store throws.
  func add(
    _ id: ChunkID,
    found: (InstanceTable.Location) -> Void,
    missing: (ChunkID) -> Void
  ) throws {
    waiting.append(id)
    if waiting.count == Self.batch { try finish(found: found, missing: missing) }
  }

  /// Looks up what waits, then all bases of that, then their bases.
  func finish(
    found: (InstanceTable.Location) -> Void,
    missing: (ChunkID) -> Void
  ) throws {
    var isWhole = true
    var links = waiting.indices.map { Link(id: waiting[$0], place: Int32($0), depth: .max) }
    while !links.isEmpty {
      links.sort { $0.id < $1.id }
      var bases: [Link] = []
      for link in links {
        guard let location = try first(of: link.id, below: Int(link.depth)) else {
          // The way over the shallowest instances is broken; there may be another.
          isWhole = false
          let id = waiting[Int(link.place)]
          if let chain = try chain(of: id) { chain.forEach(found) } else { missing(id) }
          continue
        }
        found(location)
        guard !proven.contains(location.position) else { continue }
        unproven.append(location.position)
        guard !ignoresBases, let base = location.instance.base else { continue }
        bases.append(Link(id: base, place: link.place, depth: Int8(location.instance.depth)))
      }
      links = bases
    }
    // Where a way was broken, it is not known which instances were on it.
    if isWhole { for position in unproven { proven.insert(position) } }
    unproven.removeAll(keepingCapacity: true)
    waiting.removeAll(keepingCapacity: true)
  }

  /// The shallowest whole chain of a chunk, or nil when it has none: for a single chunk.
  ///
  /// - Parameter id: The chunk.
  /// - Returns: The instances that it needs, its own first.
  /// - Throws: As ``add(_:found:missing:)``, and what the store throws where instances are opened.
  func chain(of id: ChunkID) throws -> [InstanceTable.Location]? {
    while let chain = try table.chain(of: id) {
      if try chain.allSatisfy({ try isTrue($0) }) { return chain }
    }
    return nil
  }

  private func first(of id: ChunkID, below depth: Int) throws -> InstanceTable.Location? {
    try table.locations(of: id, below: depth).first { try isTrue($0) }
  }

  /// Whether an instance may be believed; one that may not is passed over from now on.
  private func isTrue(_ location: InstanceTable.Location) throws -> Bool {
    guard let proof, !proven.contains(location.position) else { return true }
    if try proof.holds(location) { return true }
    table.disregard(location.offset, inPack: table.packs[Int(location.pack)].id)
    return false
  }
}
