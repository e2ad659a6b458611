internal import Cluster

/// Whether rehearsed patches may go to production, by the limits of a policy.
public struct Verdict: Sendable, Equatable {
  /// What a policy allows.
  public struct Policy: Sendable, Equatable {
    /// The size above which a table must not be written again, in bytes.
    public var rewriteLimit = 100 << 20
    /// Whether an undo file that fails, or does not cancel, is allowed.
    public var allowsBadUndo = false
    /// Whether a scratch that is not isolated from the machine is allowed.
    public var allowsUnsafeScratch = false

    /// The policy without a file.
    public init() {}
  }

  /// One reason against.
  public struct Objection: Sendable, Equatable {
    /// `file:line:column`, or the file.
    public var place: String
    /// The reason.
    public var text: String
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
      for statement in patch.statements { judge(statement, policy) }
      if let undo = patch.undo, undo != .cancels, !policy.allowsBadUndo {
        objections.append(
          Objection(
            place: patch.file,
            text: undo == .fails ? "its undo file fails" : "its undo file does not undo all of it"
          )
        )
      }
    }
    if !policy.allowsUnsafeScratch {
      objections += result.isolation.shortcomings.map { Objection(place: "scratch", text: $0) }
    }
  }

  private mutating func judge(_ statement: Observation, _ policy: Policy) {
    if let failure = statement.failure {
      let state = failure.sqlState.map { " (SQLSTATE \($0))" } ?? ""
      let hint = failure.hint.map { "; \($0)" } ?? ""
      objections.append(Objection(place: statement.place, text: failure.message + state + hint))
    }
    for rewrite in statement.rewrites where rewrite.bytes > policy.rewriteLimit {
      objections.append(
        Objection(
          place: statement.place,
          text:
            "writes table \(rewrite.table) (\(rewrite.bytes >> 20) MiB) again; nobody can use it"
            + " meanwhile"
        )
      )
    }
  }
}
