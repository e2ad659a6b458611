internal import Repository

/// Gathers what is lost of one table, stripe by stripe in their order.
struct TableLoss {
  /// What stripes in a row add up to.
  struct Sum {
    var stripes = 0
    var rows = 0
  }

  /// Places that are told apart in one table; what comes behind them is told as one.
  static let limit = 1000

  private let table: Manifest.Table
  private var next = 0
  /// Rows of all stripes whose segment can be read.
  private var knownRows = 0
  private var lostRows = 0
  /// Places whose segment is lost, so that nobody knows their rows.
  private var unknown: [Int] = []
  private(set) var parts: [SnapshotLoss.Part] = []

  init(_ table: Manifest.Table) { self.table = table }

  /// Rows that can be restored for certain.
  var restorableRows: Int { knownRows - lostRows }

  /// Stripes that can be restored.
  mutating func addWhole(_ sum: Sum) {
    next += sum.stripes
    knownRows += sum.rows
  }

  /// A stripe that cannot.
  mutating func addLost(_ stripe: Stripe, _ causes: [String]) {
    add(next...next, rows: stripe.rows, causes)
    knownRows += stripe.rows
    lostRows += stripe.rows
    next += 1
  }

  /// A segment that cannot be read, with all its stripes.
  mutating func addLostSegment(_ causes: [String]) {
    // Without pages nobody knows how many there were: all segments but the last are full.
    let isLast = next / Segment.capacity == table.segments.count - 1
    let end = next + Segment.capacity
    let last = isLast ? max(stripeCount ?? 0, next + 1) : end
    add(next...last - 1, rows: nil, causes)
    next = end
  }

  /// Where a single place has unknown rows, they are what all others leave of the table.
  mutating func finish() {
    guard unknown.count == 1, let place = unknown.first,
      case .rows(var lost) = parts[place].subject, !lost.isScattered
    else { return }
    lost.rows = max(table.rows - knownRows, 0)
    parts[place].subject = .rows(lost)
  }

  private var stripeCount: Int? {
    guard table.pages > 0, table.stripePages > 0 else { return nil }
    return (table.pages - 1) / table.stripePages + 1
  }

  private mutating func add(_ stripes: ClosedRange<Int>, rows: Int?, _ causes: [String]) {
    if join(stripes, rows, causes) { return }
    let lost = LostRows(
      table: table.label,
      stripes: stripes,
      pages: pages(of: stripes),
      rows: rows,
      rowsBefore: unknown.isEmpty ? knownRows : nil
    )
    if rows == nil { unknown.append(parts.count) }
    parts.append(.init(subject: .rows(lost), causes: causes))
  }

  /// Makes the last place longer, where the stripes follow it or the places are too many.
  private mutating func join(_ stripes: ClosedRange<Int>, _ rows: Int?, _ causes: [String]) -> Bool
  {
    guard let part = parts.last, case .rows(var lost) = part.subject else { return false }
    let follows = lost.stripes.upperBound + 1 == stripes.lowerBound
    guard follows && (lost.rows == nil) == (rows == nil) || parts.count >= Self.limit else {
      return false
    }
    lost.isScattered = lost.isScattered || !follows
    lost.stripes = lost.stripes.lowerBound...stripes.upperBound
    lost.pages = pages(of: lost.stripes)
    lost.rows = lost.rows.flatMap { before in rows.map { before + $0 } }
    let all = Set(part.causes).union(causes).sorted()
    parts[parts.count - 1] = .init(subject: .rows(lost), causes: all)
    return true
  }

  /// The heap pages of some stripes; the table's last stripe may have fewer than the others.
  private func pages(of stripes: ClosedRange<Int>) -> ClosedRange<Int>? {
    guard stripeCount != nil else { return nil }
    let first = min(stripes.lowerBound * table.stripePages, table.pages - 1)
    let last = min((stripes.upperBound + 1) * table.stripePages, table.pages) - 1
    return first...max(first, last)
  }
}
