internal import Problems

/// In a survey, the instances of those who rely on nobody else's: of full slots, or of hosts that
/// may only write; all instances where there are no such hosts.
struct SurveySide {
  /// All of them, also those in marked packs.
  private let all: InstanceTable
  private let proof: SurvivorProof?
  private let usable: ChainSearch
  private let stored: ChainSearch

  /// A side in the places of a survey.
  ///
  /// - Parameters:
  ///   - repository: The repository.
  ///   - places: Where instances are.
  ///   - generations: What the side seals with; nil where there is one side only, and every index
  ///     object is believed, since all are by full slots.
  /// - Throws: What the store throws.
  init(_ repository: Repository, _ places: Places, of generations: Set<UInt32>?) throws {
    var (stored, usable) = (places.stored, places.usable)
    stored.restrict(to: generations)
    usable.restrict(to: generations)
    all = stored
    let proof = try generations.map { _ in try SurvivorProof(repository, among: stored) }
    self.proof = proof
    let ignoresBases = repository.omitted.contains(.basesAreLive)
    self.usable = ChainSearch(usable, ignoresBases: ignoresBases, proof: proof)
    self.stored = ChainSearch(stored, proof: proof)
  }

  /// What was wrong with instances that did not open.
  var failures: [Problem] { proof?.failures ?? [] }

  /// Looks up chunks with all that they stand on, outside of marked packs.
  ///
  /// - Parameters:
  ///   - needed: The chunks.
  ///   - found: Gets every instance that stays, some of them more than once.
  /// - Returns: The chunks that the side does not have there.
  /// - Throws: What the index and the store throw.
  func lacking(
    among needed: [ChunkID],
    found: (InstanceTable.Location) -> Void
  ) throws -> [ChunkID] {
    var lacking: [ChunkID] = []
    for id in needed {
      try usable.add(id, found: found, missing: { lacking.append($0) })
    }
    try usable.finish(found: found, missing: { lacking.append($0) })
    return lacking
  }

  /// A chunk with all that it stands on, wherever the side has it, also in marked packs.
  func chain(of id: ChunkID) throws -> [InstanceTable.Location]? { try stored.chain(of: id) }

  /// What is wrong where the side has several instances of a chunk, and none that opens; nil where
  /// it has none at all.
  func failure(of id: ChunkID) throws -> Problem? {
    try all.chain(of: id) == nil ? nil : failures.last
  }
}
