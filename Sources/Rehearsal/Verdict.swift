internal import Cluster

/// Whether rehearsed patches may go to production: they ran, can be taken back, and hold no hazard
/// that the policy lets fail.
public struct Verdict: Sendable, Equatable {
  /// One reason against.
  public struct Objection: Sendable, Equatable {
    /// `file:line:column`, or the file.
    public var place: String
    /// The reason.
    public var text: String
    /// The hazard's id, where it is one.
    public var hazard: String?
  }

  /// The reasons against; empty for "yes".
  public var objections: [Objection] = []

  /// Whether the patches may go.
  public var isYes: Bool { objections.isEmpty }

  /// Judges a rehearsal.
  public init(_ result: RehearsalRun.Result, _ policy: Policy) {
    for patch in result.patches {
      if let problem = patch.problem {
        objections.append(Objection(place: patch.file, text: problem))
      }
      for statement in patch.statements { judge(statement) }
      if !policy.allowsBadUndo { judgeUndo(of: patch) }
    }
    for hook in result.hooks {
      guard let failure = hook.failure else { continue }
      object("hook \(hook.name) \(hook.moment.rawValue) the patches", failure)
    }
    for finding in result.findings where policy.fails(finding) {
      objections.append(
        Objection(place: finding.place.text, text: finding.text, hazard: finding.hazard.id)
      )
    }
    if !policy.allowsUnsafeScratch {
      objections += result.isolation.shortcomings.map { Objection(place: "scratch", text: $0) }
    }
  }

  private mutating func judgeUndo(of patch: PatchObservation) {
    switch patch.undo {
    case .fails:
      for statement in patch.undoStatements { judge(statement, "its undo file fails: ") }
      if let problem = patch.undoProblem {
        object(patch.undoFile ?? patch.file, "its undo file fails: \(problem)")
      }
    case .differs: object(patch.file, "its undo file does not undo all of it")
    case .cancels, nil: break
    }
  }

  private mutating func judge(_ statement: Observation, _ prefix: String = "") {
    if let failure = statement.failure {
      let state = failure.sqlState.map { " (SQLSTATE \($0))" } ?? ""
      let hint = failure.hint.map { "; \($0)" } ?? ""
      object(statement.place, prefix + failure.message + state + hint)
    }
  }

  mutating func object(_ place: String, _ text: String) {
    objections.append(Objection(place: place, text: text))
  }
}
