public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports

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
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is migrated, and how far.
  public var migration = MigrationOptions()
  /// The last version to apply.
  public var target: String?
  /// Whether patches may run although later ones have.
  public var allowsOutOfOrder = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--to", \.target, value: "VERSION", "The last patch to apply.")
    flag("--out-of-order", \.allowsOutOfOrder, "Apply patches although later ones are applied.")
    group(\.migration)
    group(\.shared)
  }

  /// Migrates.
  public func run(in context: Context) async throws -> ExitStatus {
    let request = Plan.Request(
      target: try target.map { try PatchVersion.read($0) },
      allowsOutOfOrder: allowsOutOfOrder
    )
    let session = try await migration.session(in: context)
    let applied = try await session.migrate(request)
    context.show(session.report(applied))
    return .done
  }
}
