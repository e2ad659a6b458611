/// Takes the chunks that snapshots need, from whoever can read their manifests.
public final class ClosureVisitor {
  /// Lists that are remembered: of hundreds of snapshots of a terabyte, or of one of very many tables.
  private static let listLimit = 131_072

  /// Reads lists.
  public let reader: ChunkReader
  /// Lists of which all was noted.
  public var seen = ListMemory()
  private var needed: [ChunkID] = []
  private var lists = FoundChunks(for: listLimit)
  /// Chunks that were noted before, most of them: night after night needs nearly the same.
  private var noted: FoundChunks

  /// A visitor whose lists are among so many instances.
  init(_ reader: ChunkReader, among count: Int) {
    self.reader = reader
    noted = FoundChunks(for: count)
  }

  /// Notes that the snapshot needs a chunk.
  public func need(_ id: ChunkID) {
    guard !noted.contains(id) else { return }
    noted.insert(id)
    needed.append(id)
  }

  /// Whether a list was not seen before: what it names need not be shown again otherwise.
  ///
  /// Most lists of a snapshot are those of its parent, so a thousand nights are read at the cost of
  /// what changed. One that was forgotten meanwhile counts as new, and is read again.
  public func isNew(list id: ChunkID) -> Bool {
    guard !lists.contains(id) else { return false }
    lists.insert(id)
    return true
  }

  /// What was noted since the last call and, as far as that is remembered, not before it.
  func takeNeeded() -> [ChunkID] {
    defer { needed = [] }
    return needed
  }
}
