public import Arguments
internal import Migration
internal import Reports

/// Shows what migrate would run.
public struct PlanCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "plan"
  /// One sentence.
  public static let summary = "Show which patches migrate would run, in which order."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock plan --database shop --to 0012", "Show what would run up to patch 0012.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// The last version to run.
  public var target: String?
  /// Whether patches may run although later ones have.
  public var allowsOutOfOrder = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--to", \.target, value: "VERSION", "The last patch to run.", completion: .versions)
    flag("--out-of-order", \.allowsOutOfOrder, "Run patches although later ones have run.")
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.shared)
  }

  /// Shows it; refused (3) where something forbids the run.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.orDefault(in: context)
    let directory = try patchOptions.read(in: context)
    let request = Plan.Request(
      target: try target.map { try PatchVersion.read($0) },
      allowsOutOfOrder: allowsOutOfOrder
    )
    let plan = Plan(directory, try await context.ledger(of: settings), request)
    try plan.requireSound()
    var table = Table([.text("version"), .flexible("patch"), .number("statements")])
    for patch in plan.pending {
      table.add("\(patch.version)", patch.file, "\(patch.script.body.count)")
    }
    context.show(
      Report(
        blocks: table.rows.isEmpty ? [.paragraph("Nothing is pending.")] : [.table(table)],
        json: ["event": "result", "pending": .array(plan.pending.map { .string($0.file) })]
      )
    )
    return .done
  }
}
