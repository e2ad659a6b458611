internal import Migration

/// All that is dangerous in the patches of one rehearsal or in their undo files, and what their
/// authors accept of it.
struct HazardReview {
  /// The findings in the order of patches, places and severity.
  private(set) var findings: [Finding] = []

  init(_ evidence: [Evidence]) {
    for patch in evidence {
      var found = HazardRule.all.flatMap { $0.find(patch) }
      for rule in LateHazardRule.all {
        found += rule.find(patch, found, evidence.last ?? patch)
      }
      findings += Self.accept(found, patch).sorted {
        ($0.place.line, $0.hazard.severity, $0.hazard.id)
          < ($1.place.line, $1.hazard.severity, $1.hazard.id)
      }
    }
  }

  private static func accept(_ findings: [Finding], _ patch: Evidence) -> [Finding] {
    findings.map { finding in
      var copy = finding
      copy.accepted = patch.allowances.first { $0.hazard == finding.hazard.id }?.reason
      return copy
    }
  }
}
