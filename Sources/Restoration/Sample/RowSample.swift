internal import Snapshot

/// How many rows of each table a sample begins with.
///
/// Whole stripes are taken, spread evenly over the table, so that old rows are among them as well as
/// new ones; a table that is smaller than the sample is taken whole.
struct RowSample: Sendable, Equatable {
  /// The least number of rows, where the table has so many.
  let rows: Int

  /// The places of the stripes to take.
  func places(in stripes: [Stripe]) -> [Int] {
    let total = stripes.reduce(0) { $0 + $1.rows }
    guard total > rows else { return Array(stripes.indices) }
    let filled = stripes.indices.filter { stripes[$0].rows > 0 }
    var count = 1
    while true {
      let chosen = (0..<count).map { filled[$0 * filled.count / count] }
      if chosen.reduce(0, { $0 + stripes[$1].rows }) >= rows { return chosen }
      count += 1
    }
  }
}
