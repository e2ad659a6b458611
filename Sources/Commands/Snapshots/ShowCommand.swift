public import Arguments
internal import Postgres
internal import Reports
internal import Repository
internal import Snapshot

/// Shows what a snapshot holds.
public struct ShowCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "show"
  /// One sentence.
  public static let summary = "Show what a snapshot holds."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock show latest", "Show the newest snapshot of the default database."),
    Example("drydock show 1f2e3d4c --globals", "Print its roles and tablespaces as SQL."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot = "latest"
  /// Whether the roles and tablespaces are printed.
  public var showsGlobals = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.", completion: .snapshots)
    flag("--globals", \.showsGlobals, "Print its roles and tablespaces as SQL, without passwords.")
    group(\.shared)
  }

  /// Shows it.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let content = try await context.snapshot(snapshot, of: nil, in: repository)
    guard showsGlobals else {
      context.show(try content.report)
      return .done
    }
    try content.requireTaken("has no roles that Drydock could show")
    let text = try await Lane("drydock.show").run {
      try content.text(content.manifest.definition.globals, try repository.makeReader())
    }
    let script = Globals(text).withoutPasswords
    if context.isJSON {
      context.show(
        Report(
          json: [
            "event": "result", "snapshot": .string(content.name.text), "globals": .string(script),
          ]
        )
      )
    } else {
      context.world.output.write(script)
    }
    return .done
  }
}
