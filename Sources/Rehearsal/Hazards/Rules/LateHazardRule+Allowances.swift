internal import Migration

extension LateHazardRule {
  /// Allowances for hazards that the patch, which ran to its end, does not have.
  static let unusedAllowances = LateHazardRule(hazard: .unusedAllowance) { evidence, found, _ in
    guard evidence.changes != nil, let step = evidence.steps.first else { return [] }
    return evidence.allowances.filter { allowance in
      guard let hazard = Hazard.named(allowance.hazard) else { return false }
      // Which rows an undo file leaves shows only where it follows its patch at once.
      let isDecided = hazard != .undoRows || evidence.takenBack != nil
      return isDecided && !found.contains { $0.hazard == hazard }
    }.map { allowance in
      var finding = evidence.finding(
        .unusedAllowance,
        step,
        allowance.hazard,
        "allows \(allowance.hazard), which it does not have"
      )
      finding.place = Finding.Place(allowance.place)
      return finding
    }
  }
}
