public import Arguments
internal import Operations
internal import Reports

/// Shows what was changed.
public struct ParametersHistoryCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "history"
  /// One sentence.
  public static let summary = "Show who changed which parameter, when, and from what."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock parameters history --database shop", "Show all changes, the last one first.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Which ones; empty for all.
  public var names: [String] = []

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("name", \.names, "Only this parameter; may be given several times.")
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Shows them.
  public func run(in context: Context) async throws -> ExitStatus {
    let table = ParameterTable(
      try context.configuration.operations.requiredParameters(),
      in: try databaseOptions.orDefault(in: context)
    )
    context.show(try await table.history(of: names).report)
    return .done
  }
}
