@testable import Rehearsal

/// What somebody saw a statement do: locks, rewrites, full scans, rows.
///
/// Two who watched the same kind of statement must have seen the same.
struct Sight: Equatable, CustomStringConvertible {
  /// `k.t AccessExclusiveLock`.
  var locks: Set<String> = []
  /// Tables with another file.
  var rewrites: Set<String> = []
  /// Tables that were read in full.
  var scans: Set<String> = []
  /// `k.t +1 ~2 -3` for rows inserted, updated and deleted.
  var rows: Set<String> = []

  init() {}

  /// What the rehearsal's observer saw.
  init(_ observation: Observation) {
    locks = Set(observation.locks.map { "\($0.table) \($0.mode)" })
    rewrites = Set(observation.rewrites.map(\.table))
    scans = Set(observation.scans.map(\.table))
    rows = Set(
      observation.changes.compactMap {
        Self.rows($0.table, $0.inserted, $0.updated, $0.deleted)
      }
    )
  }

  static func rows(_ table: String, _ inserted: Int, _ updated: Int, _ deleted: Int) -> String? {
    inserted == 0 && updated == 0 && deleted == 0
      ? nil : "\(table) +\(inserted) ~\(updated) -\(deleted)"
  }

  var description: String {
    [("locks", locks), ("rewritten", rewrites), ("scanned", scans), ("rows", rows)]
      .filter { !$0.1.isEmpty }
      .map { "\($0.0) \($0.1.sorted().joined(separator: ", "))" }.joined(separator: "; ")
  }
}
