import Snapshot

/// What one fire has shown.
struct FireReport: Sendable, CustomStringConvertible {
  let plan: FirePlan
  /// Snapshots that were taken and compared.
  var rounds = 0
  /// Snapshots that a crash, a lock or a moving type broke off.
  var brokenOff: [String: Int] = [:]
  /// How tables were read.
  var ways: [Manifest.Reading.Way: Int] = [:]
  /// How often each reason was given for a way.
  var reasons: [String: Int] = [:]
  /// Bytes of text in all snapshots, and how many of them came from the server.
  var bytes = 0
  var bytesRead = 0
  /// What writers and chaos did meanwhile.
  var steps = 0
  /// Crashes, restarts and killed sessions.
  var upheavals = 0
  /// Where snapshots were wrong.
  var differences: [Difference] = []

  init(_ plan: FirePlan) { self.plan = plan }

  /// Counts a snapshot with what is wrong in it.
  mutating func count(_ manifest: Manifest, _ found: [Difference]) {
    rounds += 1
    bytes += manifest.totals.bytes
    bytesRead += manifest.totals.bytesRead
    for table in manifest.tables {
      let reason = table.reading.reason.replacing(/\d+/, with: "n")
      ways[table.reading.way, default: 0] += 1
      reasons["\(table.reading.way): \(reason)", default: 0] += 1
    }
    differences += found.map { Difference(description: "round \(rounds), \($0)") }
  }

  /// Enough to see what was tried, and to try it again.
  var description: String {
    let shares = [
      "\(plan.server), DRYDOCK_FIRE_SEED=\(plan.seed): \(rounds) rounds",
      "\(differences.count) differences", "\(steps) steps", "\(upheavals) upheavals",
      "\(bytesRead / 1000) of \(bytes / 1000) kB read",
    ]
    let lines = [Self.list(reasons), Self.list(brokenOff.mapKeys { "broken off: \($0)" })]
    return
      (shares.joined(separator: ", ") + "\n" + lines.joined()
      + differences.map { "  WRONG \($0)\n" }.joined())
  }

  private static func list(_ counts: [String: Int]) -> String {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "  \($0.value) x \($0.key)\n" }.joined()
  }
}

extension [String: Int] {
  fileprivate func mapKeys(_ change: (String) -> String) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: map { (change($0.key), $0.value) })
  }
}
