extension Verdict {
  /// What a policy allows.
  public struct Policy: Sendable, Equatable {
    /// The size above which a table must not be written again, read or indexed while others wait, in
    /// bytes.
    public var rewriteLimit = 100 << 20
    /// How long others may wait for one statement, in seconds on the scratch.
    public var blockedLimit = 5.0
    /// What hazards do to the verdict where it is not what the catalogue says, by id.
    public var stances: [String: Hazard.Stance] = [:]
    /// Whether an undo file that fails, or does not cancel, is allowed.
    public var allowsBadUndo = false
    /// Whether a scratch that is not isolated from the machine is allowed.
    public var allowsUnsafeScratch = false

    /// The policy without a file.
    public init() {}

    /// What a hazard does to the verdict.
    public func stance(on hazard: Hazard) -> Hazard.Stance {
      stances[hazard.id] ?? hazard.stance
    }

    /// Whether a finding makes the verdict "no": nobody accepted it, and it is not only told.
    public func fails(_ finding: Finding) -> Bool {
      guard finding.accepted == nil else { return false }
      switch stance(on: finding.hazard) {
      case .told: return false
      case .fails: return true
      case .failsWithRows: return finding.figures.rows > 0
      case .failsAboveLimits:
        return finding.figures.bytes > rewriteLimit
          || finding.figures.blockedSeconds > blockedLimit
      }
    }
  }
}
