public import Arguments
internal import Migration
internal import Rehearsal

/// Applies the pending patches, with the receipt of their rehearsal.
public struct MigrateCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "migrate"
  /// One sentence.
  public static let summary = "Apply the pending patches, with the receipt of their rehearsal."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock migrate --database postgresql://db.example/shop --patches migrations",
      "Apply what was rehearsed."
    ),
    Example(
      "drydock migrate --database shop --without-receipt --because 'outage, ticket 4711'",
      "Apply without a rehearsal; loud, and recorded."
    ),
    Example(
      "drydock migrate --tenants databases.txt --patches migrations",
      "Apply to each database of a list, each under its own receipt."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is migrated, and how far.
  public var migration = MigrationOptions()
  /// What holds backfills back.
  public var limits = BackfillLimits()
  /// The last version to apply.
  public var target: String?
  /// Whether patches may run although later ones have.
  public var allowsOutOfOrder = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--to", \.target, value: "VERSION", "The last patch to apply.", completion: .versions)
    flag("--out-of-order", \.allowsOutOfOrder, "Apply patches although later ones are applied.")
    group(\.limits)
    group(\.migration)
    group(\.shared)
  }

  /// Migrates.
  public func run(in context: Context) async throws -> ExitStatus {
    let request = Plan.Request(
      target: try target.map { try PatchVersion.read($0) },
      allowsOutOfOrder: allowsOutOfOrder
    )
    return try await migration.runEach(.up, in: context) { [limits] session in
      var session = session
      session.backfill = limits.options(for: context)
      return try await session.migrate(request)
    }
  }
}
