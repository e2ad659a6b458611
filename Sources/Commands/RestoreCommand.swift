public import Arguments
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

/// Puts a snapshot back.
public struct RestoreCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "restore"
  /// One sentence.
  public static let summary = "Restore a snapshot, or a part of it, into a database."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock restore latest --into shop_copy", "Restore into an empty database."),
    Example(
      "drydock restore 1f2e3d4c --into shop_copy --schema sales --jobs 4",
      "Restore one schema on four connections."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot = "latest"
  /// The database to restore into.
  public var into = ""
  /// Only these schemas.
  public var schemas: [String] = []
  /// Only these tables.
  public var tables: [String] = []
  /// Connections that write at the same time.
  public var jobs: Int?
  /// Whether rows are left out.
  public var isSchemaOnly = false
  /// Whether owners are left out.
  public var hasNoOwners = false
  /// Whether rights are left out.
  public var hasNoPrivileges = false
  /// Whether nothing is read back.
  public var hasNoVerification = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.")
    requiredOption("--into", \.into, value: "URL", "The database to restore into.")
    option("--schema", \.schemas, value: "NAME", "Only this schema; may be given several times.")
    option("--table", \.tables, value: "PATTERN", "Only tables that match.")
    option("--jobs", \.jobs, value: "N", "Connections that write at the same time (default 2).")
    flag("--schema-only", \.isSchemaOnly, "Only the definition, no rows.")
    flag("--no-owner", \.hasNoOwners, "Everything belongs to the role that restores.")
    flag("--no-privileges", \.hasNoPrivileges, "Leave GRANT and REVOKE out.")
    flag("--no-verify", \.hasNoVerification, "Do not read everything back to compare it.")
    group(\.shared)
  }

  /// Restores.
  public func run(in context: Context) async throws -> ExitStatus {
    let target = try ConnectionSettings.given(into, .commandLine)
    let repository = try await context.openRepository()
    let content = try await context.snapshot(snapshot, of: nil, in: repository)
    let run = RestoreRun(of: content, into: target, options: options(in: context)) {
      context.progress.report($0.report)
    }
    let result = try await run.run()
    context.progress.clear()
    if !context.isQuiet || context.isJSON { context.show(result.report(of: content)) }
    return result.omissions.isEmpty ? .done : .omissions
  }

  private func options(in context: Context) -> RestoreOptions {
    var options = RestoreOptions()
    options.jobs = max(1, jobs ?? context.configuration.jobs ?? 2)
    options.schemas = schemas
    options.tables = tables
    options.isSchemaOnly = isSchemaOnly
    if hasNoOwners { options.without.insert(.owners) }
    if hasNoPrivileges { options.without.insert(.privileges) }
    options.verifies = !hasNoVerification
    options.binaryDirectory = context.configuration.binaries
    return options
  }
}
