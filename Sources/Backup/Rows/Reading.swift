internal import Catalog
internal import Digests
internal import Problems
internal import Snapshot
private import Synchronization

/// What the workers share: which pieces are left, and what has been read.
final class Reading: Sendable {
  /// What was read of one table.
  struct Table: Sendable {
    /// The table's stripes: the parent's, except for those that were written.
    var stripes = StripeList()
    /// Seconds of reading, summed over workers.
    var seconds = 0.0
    /// Why some of the parent's stripes could not be used.
    var lost: [String] = []
    /// Pages that are not what the parent claims, though they did not change.
    var differing: [Int] = []
  }

  private struct State {
    var next = 0
    var leftToHolder: [ReadPlan.Piece] = []
    var tables: [Table]
    var bytesRead = 0
    var rows = 0
    var pages = 0
  }

  let plan: ReadPlan
  let tally = ChunkTally()
  private let state: Mutex<State>

  init(plan: ReadPlan) {
    self.plan = plan
    state = Mutex(State(tables: plan.tables.map { Table(stripes: $0.startingStripes) }))
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

  /// Keeps what became of a piece.
  func record(_ outcome: RowReader.Outcome, of piece: ReadPlan.Piece, seconds: Double) {
    state.withLock { state in
      for (number, stripe) in outcome.stripes {
        state.tables[piece.table].stripes.replace(number, with: stripe)
      }
      state.tables[piece.table].seconds += seconds
      state.tables[piece.table].lost += outcome.lost
      state.tables[piece.table].differing += outcome.differing
      state.bytesRead += outcome.bytesRead
      state.rows += outcome.stripes.values.reduce(0) { $0 + $1.rows }
      state.pages += piece.changed.count
    }
  }

  /// Pages and rows that have been read until now.
  var progress: (pages: Int, rows: Int) { state.withLock { ($0.pages, $0.rows) } }

  /// Bytes of text that came from the server.
  var bytesRead: Int { state.withLock { $0.bytesRead } }

  /// Parts of the parent that could not be used.
  var warnings: [String] {
    state.withLock { state in
      zip(plan.tables, state.tables).flatMap { table, read in
        read.lost.map { "\(table.relation.name) was read from the server: \($0)" }
      }
    }
  }

  /// Tables that are not what the parent claims.
  var alarms: [BackupRun.Alarm] {
    state.withLock { state in
      zip(plan.tables, state.tables).filter { !$1.differing.isEmpty }.map { table, read in
        BackupRun.Alarm(table: "\(table.relation.name)", pages: read.differing.sorted())
      }
    }
  }

  /// What was read of a table.
  func table(_ index: Int) -> Table { state.withLock { $0.tables[index] } }
}
