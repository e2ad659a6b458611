internal import Migration
internal import Reports

extension LateHazardRule {
  /// From here on nobody calls it a moment that others are locked out, in seconds.
  static let moment = 1.0

  /// Locks that one statement holds: for a moment, told where nothing worse is told of it, or for long,
  /// told where nothing else counts the time.
  static let briefLocks = LateHazardRule(hazard: .briefLock) { evidence, found, _ in
    evidence.steps.compactMap { step in
      let locks = step.newLocks.filter(\.stopsWriters)
      guard !locks.isEmpty else { return nil }
      let here = found.filter { $0.place == step.place }
      let seconds = evidence.holdSeconds(from: step)
      let counted = here.map(\.figures.blockedSeconds).max() ?? 0
      if seconds - counted > moment, !evidence.tellsHold(found, step) {
        return hold(locks, seconds, step, evidence)
      }
      let isTold = here.contains { finding in
        let isWorse = Hazard.losing.contains(finding.hazard) || finding.hazard.isOfLocks
        return isWorse || finding.estimate != nil
      }
      guard !isTold else { return nil }
      var finding = evidence.finding(
        .briefLock,
        step,
        tables: step.stoppedTables,
        "takes \(locks.strongest) on \(step.stoppedTables.few), behind which others queue"
      )
      finding.figures.blockedSeconds = seconds
      return finding
    }
  }

  private static func hold(
    _ locks: [Observation.Lock],
    _ seconds: Double,
    _ step: Evidence.Step,
    _ evidence: Evidence
  ) -> Finding {
    var finding = evidence.finding(
      .lockHeld,
      step,
      tables: step.stoppedTables,
      "holds \(locks.strongest) on \(step.stoppedTables.few) for"
        + " \(Quantity.duration(.seconds(seconds)))"
    )
    finding.countOnlyTime(seconds)
    return finding
  }
}

extension Evidence {
  /// For how long nobody could write where a statement took its locks: to COMMIT, and outside a
  /// transaction as sampled.
  func holdSeconds(from step: Step) -> Double {
    guard !step.observation.isBare else {
      return step.observation.holds.map(\.blockedSeconds).max() ?? 0
    }
    let rest = steps.filter {
      $0.transaction == step.transaction && $0.statement.number >= step.statement.number
    }
    let isLast = rest.last?.statement.number == steps.last?.statement.number
    return rest.reduce(0) { $0 + $1.observation.seconds } + (isLast ? tailSeconds : 0)
  }

  /// For how long a transaction held its locks, from the statement that took the first that stops
  /// writers to COMMIT; and without that statement, where its own time is told as a scan or a rewrite.
  func hold(of transaction: Int) -> (seconds: Double, untold: Double) {
    let first = steps.first { step in
      step.transaction == transaction && step.newLocks.contains(where: \.stopsWriters)
    }
    guard let first else { return (0, 0) }
    let seconds = holdSeconds(from: first)
    let told = first.observation.estimate == nil ? 0 : first.observation.seconds
    return (seconds, seconds - told)
  }

  /// Whether it is told already for how long the transaction of a statement holds its locks.
  fileprivate func tellsHold(_ found: [Finding], _ step: Step) -> Bool {
    let places = Set(steps.filter { $0.transaction == step.transaction }.map(\.place))
    return found.contains { $0.hazard == .lockHeld && places.contains($0.place) }
  }
}

extension Finding {
  /// What counts is the time alone: a large table that is locked for a moment is no harm.
  mutating func countOnlyTime(_ seconds: Double) {
    figures.blockedSeconds = seconds
    figures.bytes = 0
  }
}

extension Hazard {
  /// Whether it says itself what the statement locks.
  fileprivate var isOfLocks: Bool {
    Self.blocking.contains(self) && ![.lockHeld, .largeWrite].contains(self)
  }
}

extension [Observation.Lock] {
  /// The strongest mode among them, as SQL writes it.
  var strongest: String { compactMap(\.lockMode).max()?.sql ?? "a lock" }
}

extension [String] {
  /// Three of them, and how many more.
  fileprivate var few: String {
    prefix(3).joined(separator: ", ") + (count > 3 ? " and \(count - 3) more" : "")
  }
}
