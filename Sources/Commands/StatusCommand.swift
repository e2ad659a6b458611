public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Reports

/// Shows which patches a database has.
public struct StatusCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "status"
  /// One sentence.
  public static let summary = "Show which patches a database has and which are pending."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock status --database shop --patches migrations", "Hold patches against ledger.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.shared)
  }

  /// Shows them; damaged (4) where a patch was edited, is missing or unfinished.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.orDefault(in: context)
    let directory = try patchOptions.read(in: context)
    let state = try await context.ledger(of: settings)
    let plan = Plan(directory, state)
    context.show(plan.report)
    let isSound = plan.items.allSatisfy {
      [.pending, .applied, .beyond, .outOfOrder].contains($0.standing)
    }
    return isSound ? .done : .damaged
  }
}

extension Context {
  /// What a database's ledger says.
  func ledger(of settings: ConnectionSettings) async throws -> Ledger.State {
    try await Lane("drydock.ledger").run {
      do {
        return try Ledger.read(try Connection.open(settings))
      } catch let error as PostgresError {
        throw error.problem("cannot read the ledger of \(settings)")
      }
    }
  }
}

extension Plan {
  /// The patches with their standing.
  var report: Report {
    var table = Table([
      .text("version"), .flexible("patch"), .text("standing"), .text("applied"), .text("by"),
    ])
    for item in items {
      table.add(
        "\(item.version)",
        item.name,
        item.standing.rawValue,
        String((item.event?.finished ?? "").prefix(19)),
        item.event?.performedBy ?? ""
      )
    }
    return Report(
      blocks: items.isEmpty ? [.paragraph("There are no patches.")] : [.table(table)],
      json: [
        "event": "result",
        "patches": .array(
          items.map { item in
            [
              "version": .string("\(item.version)"), "name": .string(item.name),
              "standing": .string(item.standing.rawValue),
              "finished": JSONValue(item.event?.finished),
              "receipt": JSONValue(item.event?.receipt),
            ]
          }
        ),
      ]
    )
  }
}
