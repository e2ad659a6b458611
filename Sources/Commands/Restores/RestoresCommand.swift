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
    let target = try ConnectionSettings.given(into, .commandLine)
    let schemas = try await SetAsideOperation.list(in: target)
    let databases = try await DatabaseOperation.list(in: target)
    var table = Table([
      .text("operation"), .text("state"), .flexible("of"), .flexible("set aside"),
      .number("size"), .number("age"), .text("by"),
    ])
    for item in schemas {
      table.add(
        item.operation,
        item.unchecked.isEmpty
          ? item.state.rawValue : "\(item.state.rawValue), foreign keys unchecked",
        "schema \(item.schema)",
        item.name,
        Quantity.bytes(item.bytes),
        Quantity.duration(.seconds(item.age)),
        item.by
      )
    }
    for item in databases {
      table.add(
        item.operation,
        item.state.rawValue,
        "database \(item.database)",
        item.oid == nil ? "dropped" : item.name,
        item.bytes.map { Quantity.bytes($0) } ?? "",
        Quantity.duration(.seconds(item.age)),
        item.by
      )
    }
    let lacking = databases.filter { !$0.omissions.isEmpty }.flatMap { copy -> [Report.Block] in
      [.heading("\(copy.operation) lacks, and waits for --resume"), .list(copy.omissions)]
    }
    context.show(
      Report(
        blocks: table.rows.isEmpty
          ? [.paragraph("Nothing is set aside.")] : [.table(table)] + lacking,
        json: [
          "event": "result",
          "restores": .array(schemas.map(\.json) + databases.map(\.json)),
        ]
      )
    )
    return .done
  }
}

extension SetAside {
  /// A schema's copy as an element of a list.
  fileprivate var json: JSONValue {
    [
      "operation": .string(operation), "state": .string(state.rawValue),
      "schema": .string(schema), "set_aside": .string(name),
      "bytes": JSONValue(bytes), "age_seconds": .number(age),
      "snapshot": .string(snapshot), "unchecked": .array(unchecked.map { .string($0) }),
    ]
  }
}

extension DatabaseCopy {
  /// A database's copy as an element of a list.
  fileprivate var json: JSONValue {
    [
      "operation": .string(operation), "state": .string(state.rawValue),
      "database": .string(database), "set_aside": .string(name),
      "bytes": bytes.map { JSONValue($0) } ?? .null, "age_seconds": .number(age),
      "snapshot": .string(snapshot), "omissions": .array(omissions.map { .string($0) }),
    ]
  }
}
