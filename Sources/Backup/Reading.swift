internal import Digests
internal import Problems
internal import Repository
internal import Snapshot
private import Synchronization

/// What the workers share: which pieces are left, and what has been read.
final class Reading: Sendable {
  private struct State {
    var next = 0
    var leftToHolder: [ReadPlan.Piece] = []
    var stripes: [[Int: [Stripe]]]
    var seconds: [Double]
    var rows = 0
    var pages = 0
  }

  let plan: ReadPlan
  let tally = ChunkTally()
  private let state: Mutex<State>

  init(plan: ReadPlan) {
    self.plan = plan
    let count = plan.tables.count
    state = Mutex(
      State(
        stripes: Array(repeating: [:], count: count),
        seconds: Array(repeating: 0, count: count)
      )
    )
  }

  /// The next piece for a worker, nil when none is left.
  func nextPiece() -> ReadPlan.Piece? {
    state.withLock { state in
      guard state.next < plan.pieces.count else { return nil }
      defer { state.next += 1 }
      return plan.pieces[state.next]
    }
  }

  /// Leaves a piece to the connection that holds the locks.
  func leaveToHolder(_ piece: ReadPlan.Piece) {
    state.withLock { $0.leftToHolder.append(piece) }
  }

  /// Takes a piece that was left to the connection that holds the locks.
  func nextForHolder() -> ReadPlan.Piece? { state.withLock { $0.leftToHolder.popLast() } }

  /// Keeps what was read of a piece.
  func record(_ stripes: [Stripe], of piece: ReadPlan.Piece, seconds: Double) {
    state.withLock { state in
      state.stripes[piece.table][piece.number] = stripes
      state.seconds[piece.table] += seconds
      state.rows += stripes.reduce(0) { $0 + $1.rows }
      state.pages += piece.pages.count
    }
  }

  /// Pages and rows that have been read until now.
  var progress: (pages: Int, rows: Int) { state.withLock { ($0.pages, $0.rows) } }

  /// The chunks of all rows.
  var chunks: [ChunkID] {
    state.withLock { state in
      state.stripes.flatMap { $0.values.flatMap { $0.flatMap(\.chunks) } }
    }
  }

  /// All stripes of a table in the order of its pages, and the seconds that they took.
  func stripes(ofTable index: Int) -> (stripes: [Stripe], seconds: Double) {
    state.withLock { state in
      let pieces = state.stripes[index].sorted { $0.key < $1.key }
      return (pieces.flatMap(\.value), state.seconds[index])
    }
  }
}

/// Counts chunks and bytes over all workers.
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
