public import Arguments
internal import Postgres
internal import Reports
internal import Restoration

/// Lists what restores have set aside.
public struct RestoresCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "restores"
  /// One sentence.
  public static let summary = "List the copies that restores have set aside in a database."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock restores --into shop", "List them with size and age.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The database.
  public var into = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    requiredOption("--into", \.into, value: "URL", "The database to look into.")
    group(\.shared)
  }

  /// Lists them.
  public func run(in context: Context) async throws -> ExitStatus {
    let found = try await SetAsideOperation.list(in: try .given(into, .commandLine))
    var table = Table([
      .text("operation"), .text("state"), .flexible("schema"), .flexible("set aside"),
      .number("size"), .number("age"), .text("by"),
    ])
    for item in found {
      table.add(
        item.operation,
        item.state.rawValue,
        item.schema,
        item.name,
        Quantity.bytes(item.bytes),
        Quantity.duration(.seconds(item.age)),
        item.by
      )
    }
    context.show(
      Report(
        blocks: found.isEmpty ? [.paragraph("Nothing is set aside.")] : [.table(table)],
        json: [
          "event": "result",
          "restores": .array(
            found.map {
              [
                "operation": .string($0.operation), "state": .string($0.state.rawValue),
                "schema": .string($0.schema), "set_aside": .string($0.name),
                "bytes": JSONValue($0.bytes), "age_seconds": .number($0.age),
                "snapshot": .string($0.snapshot),
              ]
            }
          ),
        ]
      )
    )
    return .done
  }
}
