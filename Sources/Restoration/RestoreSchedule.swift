internal import Snapshot
internal import Threads

/// Hands out the work of a restore, so that no connection idles while there is something to do.
///
/// An index is built as soon as its table is loaded, while other tables still load: the slowest
/// index of the largest table decides how long a restore takes. Rows are compared last, beside the
/// last indexes, since building an index changes no row.
final class RestoreSchedule: Sendable {
  /// What one connection does next.
  enum Step: Sendable {
    case load(LoadPlan.Piece)
    case build(IndexBuild)
    case compare(DigestComparison.Claim)
  }

  private struct State {
    var pieces: ArraySlice<LoadPlan.Piece>
    /// Pieces of each table that are not in the database yet.
    var missing: [Int: Int]
    /// Pieces that some connection is loading.
    var loading = 0
    /// Builds that wait for their table.
    var waiting: [Int: [IndexBuild]]
    var ready: ArraySlice<IndexBuild> = []
    var claims: ArraySlice<DigestComparison.Claim>
    var isStopped = false
  }

  private let state: Monitor<State>

  init(
    _ pieces: [LoadPlan.Piece],
    builds: [Int: [IndexBuild]],
    claims: [DigestComparison.Claim]
  ) {
    let missing = pieces.reduce(into: [:]) { $0[$1.table.oid, default: 0] += 1 }
    state = Monitor(
      State(pieces: pieces[...], missing: missing, waiting: builds, claims: claims[...])
    )
  }

  /// The next step; waits while there is none but may still be, and is nil at the end.
  func next() -> Step? {
    state.wait { Self.take(&$0) }
  }

  /// A piece is in the database: the indexes of its table may be ready to be built.
  func loaded(_ piece: LoadPlan.Piece) {
    state.change { state in
      state.loading -= 1
      state.missing[piece.table.oid, default: 0] -= 1
      guard state.missing[piece.table.oid] == 0 else { return }
      state.ready += state.waiting.removeValue(forKey: piece.table.oid) ?? []
    }
  }

  /// One connection has failed: nobody takes anything more.
  func stop() {
    state.change { $0.isStopped = true }
  }

  /// The next step, nil inside once all is done; nil as long as one has to wait.
  private static func take(_ state: inout State) -> Step?? {
    if state.isStopped { return .some(nil) }
    if let build = state.ready.popFirst() { return .build(build) }
    if let piece = state.pieces.popFirst() {
      state.loading += 1
      return .load(piece)
    }
    guard state.loading == 0 else { return nil }
    return .some(state.claims.popFirst().map(Step.compare))
  }
}
