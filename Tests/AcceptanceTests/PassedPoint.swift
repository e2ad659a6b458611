/// One line of a fault log: `247<tab>9.4<tab>statement before: COMMIT`.
struct PassedPoint: Sendable {
  /// The strand and the number on it: the same in every run.
  let place: String
  /// What happened there.
  let label: String

  /// What it was, without names and times that are others in every run.
  var verb: String { label.split(separator: " ").prefix(3).joined(separator: " ") }

  /// The points of a run, in the order in which they were passed.
  static func all(log: String) -> [PassedPoint] {
    FaultPoints.passed(log: log).map { line in
      let parts = line.split(separator: "\t", maxSplits: 2).map(String.init)
      return PassedPoint(place: parts[1], label: parts[2])
    }
  }
}
