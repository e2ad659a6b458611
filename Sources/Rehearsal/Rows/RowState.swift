internal import Digests

/// What a rehearsal knows of the rows of one table.
enum RowState: Sendable, Equatable {
  /// Rows as they were read.
  struct Reading: Sendable, Equatable {
    /// The columns that were read, in this order.
    var columns: [String]
    var rows: Int
    var digest: DigestSum
    /// Whether they are those of the snapshot, so that it can say which of them are gone.
    var isOfSnapshot = false
  }

  case read(Reading)
  /// They were not read, and why.
  case unread(String)

  var reading: Reading? {
    guard case .read(let reading) = self else { return nil }
    return reading
  }

  var sum: TableRows.Sum? {
    reading.map { TableRows.Sum(rows: $0.rows, digest: "\($0.digest)") }
  }

  var reason: String? {
    guard case .unread(let reason) = self else { return nil }
    return reason
  }
}
