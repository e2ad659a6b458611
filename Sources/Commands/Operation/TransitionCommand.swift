public import Arguments
internal import Operations
internal import Postgres
internal import Problems
internal import Reports

/// Repairs states or JSON contents in bulk.
public struct TransitionCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "transition"
  /// One sentence.
  public static let summary = "Repair the states of many rows, along authorised paths only."
  /// More than one sentence.
  public static let discussion = """
    'transitions:' in the configuration says which paths are allowed and which statement brings a \
    row into a state. Without --confirm the rows are shown, and a token that stands for exactly \
    those. A row goes the whole path or stays as it was; what the database refuses is reported row \
    by row, and everything is recorded in drydock.transition_rows.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock transition jobs --database shop --path internal_error,error_checked,ready",
      "Show which rows would go that path."
    ),
    Example(
      "drydock transition jobs --database shop --path error,ready --since 2026-01-30 --limit 500",
      "Choose among them; run it with the --confirm that it ends in."
    ),
    Example(
      "drydock transition jobs --database shop --patch '{\"retry\": true}' --id 4711",
      "Merge the JSON content of a row (RFC 7396)."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// The transition of the configuration.
  public var transition: String?
  /// The path, as states with commas.
  public var path: String?
  /// The JSON merge patch.
  public var patch: String?
  /// Only rows in this state.
  public var state: String?
  /// Only these rows.
  public var ids: [String] = []
  /// Only rows of this time or later.
  public var since: String?
  /// Only rows before this time.
  public var before: String?
  /// Only rows for which this is true.
  public var condition: String?
  /// At most so many rows.
  public var limit: Int?
  /// The token of the plan.
  public var token: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "transition",
      \.transition,
      "Its name, where several are configured.",
      completion: .transitions
    )
    option("--path", \.path, value: "A,B,C", "From the state that rows are in to the last one.")
    option("--patch", \.patch, value: "JSON", "Merge this into the JSON content instead.")
    option("--state", \.state, value: "A", "With --patch: only rows in this state.")
    option("--id", \.ids, value: "ID", "Only this row.")
    option("--since", \.since, value: "TIME", "Only rows of this time or later.")
    option("--before", \.before, value: "TIME", "Only rows before this time.")
    option("--where", \.condition, value: "SQL", "Only rows for which this condition is true.")
    option("--limit", \.limit, value: "N", "At most so many rows, by id.")
    option("--confirm", \.token, value: "TOKEN", "Run exactly the plan that ends in this token.")
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Shows the plan, or runs it.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let transition = try context.configuration.operations.transition(transition)
    let run = TransitionRun(transition, try request, in: settings) { rows in
      context.progress.report(.init(phase: "rows", rows: Int64(rows)))
    }
    guard let token else {
      let plan = try await run.plan()
      context.show(plan.report)
      return plan.ids.isEmpty ? .done : .refused
    }
    let result = try await run.run(token: token)
    context.progress.clear()
    context.show(result.report)
    if result.refusals.isEmpty { return .done }
    return result.done > 0 ? .omissions : .refused
  }

  private var request: TransitionRequest {
    get throws {
      let change: TransitionRequest.Change
      switch (path, patch) {
      case (let path?, nil):
        change = .path(
          path.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
        )
      case (nil, let patch?): change = .patch(patch)
      default:
        throw Problem(
          .usage,
          code: "usage.no-change",
          "Either --path or --patch is needed",
          hint: "Give --path A,B,C with the states, or --patch with a JSON object."
        )
      }
      if path != nil, state != nil {
        throw Problem(
          .usage,
          code: "usage.state-of-path",
          "--state belongs to --patch",
          reason: "a path begins with the state that rows are in",
          hint: "Give the state as the first of --path, or leave --state away."
        )
      }
      if let limit, limit < 1 {
        throw Problem(.usage, code: "usage.limit", "--limit must be 1 or more")
      }
      var request = TransitionRequest(change)
      request.state = state
      request.ids = ids
      request.since = since
      request.before = before
      request.condition = condition
      request.limit = limit
      return request
    }
  }
}
