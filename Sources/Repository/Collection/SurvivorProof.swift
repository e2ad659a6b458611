internal import Problems

/// Opens the instance of a chunk that is to stay, before another one of that chunk may go.
///
/// Every slot that may only write has the index key. So a host can state in an index object that a
/// pack of its own holds what in truth only somebody else's pack does, and a collector that believed
/// it would remove the only true instance. One that is alone needs no proof: nothing goes for it.
final class SurvivorProof {
  /// All instances among which one is chosen, also those in marked packs.
  private let table: InstanceTable
  private let reader: ChunkReader
  private var opened: InstanceMarks
  private var failed: Set<Int> = []
  /// What was wrong with each instance that did not open.
  private(set) var failures: [Problem] = []

  init(_ repository: Repository, among table: InstanceTable) throws {
    self.table = table
    reader = try ChunkReader(repository, table: table, cacheLimit: 8 << 20)
    opened = InstanceMarks(count: table.count)
  }

  /// Whether an instance opens to its chunk, or is the only one of it.
  ///
  /// - Parameter location: The instance, by its position in the table.
  /// - Returns: Whether it may stay for all others.
  /// - Throws: What the store throws when it does not answer.
  func holds(_ location: InstanceTable.Location) throws -> Bool {
    if opened.contains(location.position) { return true }
    if failed.contains(location.position) { return false }
    guard try table.locations(of: location.instance.id).count > 1 else { return true }
    do {
      _ = try reader.provenBytes(of: location)
      opened.insert(location.position)
      return true
    } catch var problem as Problem where problem.kind == .damaged {
      problem.summary =
        "another copy of the chunk \(location.instance.id) stays, since one does not open: "
        + problem.summary
      problem.hint =
        "No snapshot has lost it. Run `drydock check --read-data`; where hosts have keys of role "
        + "`write`, one of them may have written an index that is not true."
      failed.insert(location.position)
      failures.append(problem)
      return false
    }
  }
}
