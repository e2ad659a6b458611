internal import SQLSyntax

/// A rule: from what is known of one patch to what is dangerous in it.
///
/// Rules are pure; each says which hazards it can find, so that none is without a rule.
struct HazardRule: Sendable {
  let hazards: [Hazard]
  let find: @Sendable (Evidence) -> [Finding]

  init(_ hazards: Hazard..., find: @escaping @Sendable (Evidence) -> [Finding]) {
    self.hazards = hazards
    self.find = find
  }

  /// The rules that look at one patch by itself.
  static let all =
    rewrites + scans + locks + rows + losses + ways + drops + renames + changes + keys + types
    + names
}

/// A rule that must know what the others found, or what is true when all patches have run.
struct LateHazardRule: Sendable {
  let hazard: Hazard
  let find: @Sendable (Evidence, _ found: [Finding], _ end: Evidence) -> [Finding]

  /// In the order in which they look.
  static let all = [foreignKeyIndexes, briefLocks, unusedAllowances]
}
