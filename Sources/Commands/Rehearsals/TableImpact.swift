internal import Rehearsal

/// What one statement does to tables in the same way: lock, rewrite, scan.
///
/// A statement on a partitioned table does the same to each partition; a line each would hide the
/// rest.
struct TableImpact {
  /// The tables, by name.
  private var names: [String]
  /// The strongest lock that it takes and that stops writers.
  let lock: String?
  /// Bytes that are written again, of all tables together.
  private(set) var rewritten: Int?
  /// Bytes that are read in full while writers wait, of all tables together.
  private(set) var scanned: Int?

  private static let mostNames = 3

  /// The names for a reader: a few, and how many more.
  var tables: String {
    guard names.count > Self.mostNames else { return names.joined(separator: ", ") }
    let shown = names.prefix(Self.mostNames - 1).joined(separator: ", ")
    return "\(shown) and \(names.count - Self.mostNames + 1) more"
  }

  /// What a statement does to others, beyond the locks that were held before it.
  static func groups(
    of statement: Observation,
    beyond held: Set<Observation.Lock>
  ) -> [TableImpact] {
    let locks = statement.locks.filter { $0.stopsWriters && !held.contains($0) }
    let scans = statement.scans.filter(\.isUnderLock)
    let names = Set(locks.map(\.table) + statement.rewrites.map(\.table) + scans.map(\.table))
    var groups: [TableImpact] = []
    for name in names.sorted() {
      let modes = locks.filter { $0.table == name }.compactMap(\.lockMode)
      let impact = TableImpact(
        names: [name],
        lock: modes.max()?.rawValue,
        rewritten: statement.rewrites.first { $0.table == name }?.bytes,
        scanned: scans.first { $0.table == name }?.bytes
      )
      if let place = groups.firstIndex(where: { $0.isAlike(impact) }) {
        groups[place].add(impact)
      } else {
        groups.append(impact)
      }
    }
    return groups
  }

  private func isAlike(_ other: TableImpact) -> Bool {
    lock == other.lock && (rewritten == nil) == (other.rewritten == nil)
      && (scanned == nil) == (other.scanned == nil)
  }

  private mutating func add(_ other: TableImpact) {
    names += other.names
    rewritten = rewritten.map { $0 + (other.rewritten ?? 0) }
    scanned = scanned.map { $0 + (other.scanned ?? 0) }
  }
}
