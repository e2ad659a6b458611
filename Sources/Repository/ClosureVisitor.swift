/// Takes the chunks that snapshots need, from whoever can read their manifests.
public final class ClosureVisitor {
  /// Reads lists.
  public let reader: ChunkReader
  private var needed: [ChunkID] = []
  private var lists: Set<ChunkID> = []

  init(_ reader: ChunkReader) {
    self.reader = reader
  }

  /// Notes that the snapshot needs a chunk.
  public func need(_ id: ChunkID) { needed.append(id) }

  /// Whether a list was not seen before: what it names need not be shown again otherwise.
  ///
  /// Most lists of a snapshot are those of its parent, so a thousand nights are read at the cost of
  /// what changed.
  public func isNew(list id: ChunkID) -> Bool { lists.insert(id).inserted }

  /// What was noted since the last call.
  func takeNeeded() -> [ChunkID] {
    defer { needed.removeAll(keepingCapacity: true) }
    return needed
  }
}
