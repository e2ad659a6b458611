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
      if let undo = patch.undo, undo != .cancels, !policy.allowsBadUndo {
        objections.append(
          Objection(
            place: patch.file,
            text: undo == .fails ? "its undo file fails" : "its undo file does not undo all of it"
          )
        )
      }
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

  private mutating func judge(_ statement: Observation) {
    if let failure = statement.failure {
      let state = failure.sqlState.map { " (SQLSTATE \($0))" } ?? ""
      let hint = failure.hint.map { "; \($0)" } ?? ""
      objections.append(Objection(place: statement.place, text: failure.message + state + hint))
    }
  }
}
