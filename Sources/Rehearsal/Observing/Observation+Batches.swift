internal import Catalog
internal import Migration

extension Observation {
  /// What this and a later batch of the same statement did, as one observation.
  ///
  /// Each batch holds its locks until its own end, so locks are those of any batch, and none adds up.
  func joined(with later: Observation) -> Observation {
    var joined = later
    joined.seconds += seconds
    joined.rows += rows
    joined.walBytes += walBytes
    joined.notices += notices
    joined.warnings += warnings
    joined.locks = locks + later.locks.filter { !locks.contains($0) }
    joined.rewrites = rewrites + later.rewrites
    joined.indexRewrites = indexRewrites + later.indexRewrites
    joined.losses = losses + later.losses
    joined.scans = scans + later.scans.filter { scan in !scans.contains { $0.table == scan.table } }
    joined.created = created + later.created
    joined.dropped = dropped + later.dropped
    joined.changes = Self.joined(changes, later.changes)
    joined.batches = batches.map { $0.joined(with: later.batches) } ?? later.batches
    return joined
  }

  private static func joined(_ earlier: [TableChange], _ later: [TableChange]) -> [TableChange] {
    var all = Dictionary(earlier.map { ($0.table, $0) }, uniquingKeysWith: { first, _ in first })
    for change in later {
      guard var known = all[change.table] else {
        all[change.table] = change
        continue
      }
      known.inserted += change.inserted
      known.updated += change.updated
      known.deleted += change.deleted
      known.bytesAfter = change.bytesAfter
      all[change.table] = known
    }
    return all.values.sorted { $0.table < $1.table }
  }
}
