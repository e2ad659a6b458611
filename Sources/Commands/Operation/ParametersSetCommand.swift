public import Arguments
internal import Operations
internal import Problems
internal import Reports

/// Changes parameters.
public struct ParametersSetCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "set"
  /// One sentence.
  public static let summary = "Change parameters, all or none, and show what they were."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock parameters set max_number_of_vcpus=460 --database shop --because 'half the quota'",
      "Change one."
    ),
    Example(
      "drydock parameters set --null gfsc_daily_jobs_creation_start_date --database shop",
      "Take a value away."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// The new values.
  public var values: [KeyValue] = []
  /// What becomes NULL.
  public var nulls: [String] = []
  /// Why.
  public var reason: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("name=value", \.values, "A parameter and its new value.")
    option("--null", \.nulls, value: "NAME", "Make this parameter NULL.")
    option("--because", \.reason, value: "TEXT", "Why; the history keeps it.")
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Changes them.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let name = try context.configuration.operations.requiredParameters()
    let given: [(String, String?)] = values.map { ($0.key, $0.value) } + nulls.map { ($0, nil) }
    guard !given.isEmpty, Set(given.map(\.0)).count == given.count else {
      throw Problem(
        .usage,
        code: "usage.parameters",
        given.isEmpty ? "No parameter is given" : "A parameter is given twice",
        hint: "Write NAME=VALUE, or --null NAME."
      )
    }
    let changes = try await ParameterTable(name, in: settings).set(given, because: reason)
    context.show(changes.report)
    return .done
  }
}
