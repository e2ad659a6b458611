internal import Snapshot
private import Synchronization

/// The stripes that are to be loaded, in pieces that any worker can take.
///
/// Several connections load one large table at the same time; the largest tables come first.
final class LoadPlan: Sendable {
  /// One COPY statement's worth.
  struct Piece: Sendable {
    let table: Manifest.Table
    let stripes: ArraySlice<Stripe>
  }

  private struct State {
    var bytes = 0
    var rows = 0
  }

  private static let bytesInPiece = 16 << 20

  let pieces: [Piece]
  let totalBytes: Int
  private let state = Mutex(State())

  init(_ tables: [(table: Manifest.Table, stripes: [Stripe])]) {
    pieces = tables.sorted { $0.table.bytes > $1.table.bytes }.flatMap { table, stripes in
      Self.pieces(of: table, stripes)
    }
    totalBytes = tables.reduce(0) { $0 + $1.table.bytes }
  }

  /// Notes that a piece is in the database; returns the sums until now.
  func record(_ piece: Piece) -> (bytes: Int, rows: Int) {
    state.withLock { state in
      state.bytes += piece.stripes.reduce(0) { $0 + $1.bytes }
      state.rows += piece.stripes.reduce(0) { $0 + $1.rows }
      return (state.bytes, state.rows)
    }
  }

  private static func pieces(of table: Manifest.Table, _ stripes: [Stripe]) -> [Piece] {
    var pieces: [Piece] = []
    var start = 0
    var bytes = 0
    for (index, stripe) in stripes.enumerated() {
      bytes += stripe.bytes
      guard bytes >= bytesInPiece || index == stripes.count - 1 else { continue }
      pieces.append(Piece(table: table, stripes: stripes[start...index]))
      (start, bytes) = (index + 1, 0)
    }
    return pieces.filter { piece in piece.stripes.contains { $0.rows > 0 } }
  }
}
