public import Arguments
internal import Operations
internal import Reports

/// Shows parameters.
public struct ParametersGetCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "get"
  /// One sentence.
  public static let summary = "Show parameters with their types."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock parameters get --database shop", "Show all of them."),
    Example("drydock parameters get job_types_list --database shop", "Show one."),
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
    let found = try await table.get(names)
    var rows = Table([.text("parameter"), .text("type"), .flexible("value")])
    for parameter in found {
      rows.add(parameter.name, parameter.type, parameter.value ?? "NULL")
    }
    context.show(
      Report(
        blocks: [.table(rows)],
        json: [
          "event": "result",
          "parameters": .array(
            found.map {
              [
                "name": .string($0.name), "type": .string($0.type), "value": JSONValue($0.value),
              ]
            }
          ),
        ]
      )
    )
    return .done
  }
}
