internal import Repository
internal import Snapshot
private import Synchronization

/// Counts what storing has cost: chunks and bytes, over all threads.
final class ChunkTally: Sendable {
  private let totals = Mutex(Manifest.Totals())

  func add(_ chunk: WrittenChunk) {
    totals.withLock { totals in
      if chunk.isNew { totals.newChunks += 1 } else { totals.knownChunks += 1 }
      totals.bytesStored += chunk.storedLength
    }
  }

  var sums: Manifest.Totals { totals.withLock { $0 } }
}
