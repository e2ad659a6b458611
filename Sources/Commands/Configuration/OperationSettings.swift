internal import Arguments
internal import Bytes
internal import Operations
internal import Problems

/// How a database is operated, as one place gave it.
struct OperationSettings: Sendable, Equatable {
  /// What must happen around a restore or a stop.
  var runbook: Runbook?
  /// How states and contents may be repaired in bulk.
  var transitions: [Transition]?
  /// The table of one row whose columns are parameters.
  var parameters: String?

  /// These settings, completed with those of a place that counts less.
  func completed(with other: OperationSettings) -> OperationSettings {
    OperationSettings(
      runbook: runbook ?? other.runbook,
      transitions: transitions ?? other.transitions,
      parameters: parameters ?? other.parameters
    )
  }

  /// The runbook, without which there are no waves.
  func requiredRunbook() throws -> Runbook {
    if let runbook { return runbook }
    throw Self.missing("runbook", "There is no runbook", "docs/waves.md has a whole one.")
  }

  /// The table of parameters.
  func requiredParameters() throws -> String {
    if let parameters { return parameters }
    throw Self.missing(
      "parameters",
      "No table of parameters is configured",
      "Write 'parameters: SCHEMA.TABLE' into the configuration."
    )
  }

  /// The transition of a name; where there is one alone, it needs no name.
  func transition(_ name: String?) throws -> Transition {
    let all = transitions ?? []
    guard !all.isEmpty else {
      throw Self.missing(
        "transitions",
        "No transition is configured",
        "docs/transitions.md shows how one is written."
      )
    }
    if let name, let found = all.first(where: { $0.name == name }) { return found }
    if name == nil, all.count == 1 { return all[0] }
    throw Problem(
      .usage,
      code: "usage.no-such-transition",
      name.map { "There is no transition '\($0)'" } ?? "Several transitions are configured",
      hint: Context.question(name.map { Spelling.near($0, in: all.map(\.name)) } ?? [])
        + "Name one of: \(all.map(\.name).joined(separator: ", "))."
    )
  }

  private static func missing(_ key: String, _ summary: String, _ hint: String) -> Problem {
    Problem(
      .usage,
      code: "usage.no-\(key)",
      summary,
      reason: "the key '\(key)' is in no configuration that is trusted",
      hint: hint
    )
  }
}
