public import Arguments
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
public import Restoration
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
      "Restore one schema on four connections."
    ),
    Example(
      "drydock restore latest --into shop --table sales.orders --rename orders_restored",
      "Bring one table back beside the live one; nobody waits."
    ),
    Example(
      "drydock restore latest --into postgres --as shop_copy --map-role shop=shop_test",
      "Create a database, restore into it, and give everything to another role."
    ),
    Example(
      "drydock restore latest --into shop --replace --schema sales",
      "Print the plan that replaces a live schema; run it with the --confirm that it ends in."
    ),
    Example(
      "drydock restore latest --into shop --replace",
      "Print the plan that builds a copy beside the whole database and exchanges the names."
    ),
    Example("drydock restore --undo --into shop", "Print the plan that swaps the old one back."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot; with `--undo`, `--resume` and `--accept` which operation.
  public var subject: String?
  /// Whether live objects are replaced.
  public var isReplacing = false
  /// Whether an operation is undone, resumed or accepted.
  public var isUndo = false
  /// Whether an operation that was interrupted goes on.
  public var isResume = false
  /// Whether the copy that is set aside is dropped.
  public var isAccept = false
  /// How a live schema is replaced; by its size where nothing is said.
  public var way: ReplacementWay?
  /// Whether the live schema is dropped instead of set aside.
  public var isDropping = false
  /// The token of the plan.
  public var token: String?
  /// The database from which others are renamed.
  public var maintenance = "postgres"
  /// Where the patches are, to tell which schemas they touched.
  public var patchOptions = PatchOptions()
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
  /// What is restored, where to, and whose it will be.
  public var selection = SelectionOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "snapshot",
      \.subject,
      "latest, an id, k=v, or @time; with --undo, --resume, --accept the operation's id.",
      completion: .snapshots
    )
    requiredOption("--into", \.into, value: "URL", "The database to restore into.")
    option(
      "--schema",
      \.schemas,
      value: "NAME",
      "Only this schema.",
      completion: .schemas
    )
    option(
      "--table",
      \.tables,
      value: "PATTERN",
      "Only tables that match, such as 'sales.*'.",
      completion: .tables
    )
    flag(
      "--replace",
      \.isReplacing,
      "Replace a live schema or the whole database, which is set aside, not dropped."
    )
    option(
      "--way",
      \.way,
      value: "WAY",
      "How to replace: in one transaction, or built beside the live schema (default: by size)."
    )
    flag("--drop", \.isDropping, "With --replace: keep no old copy, only a proven snapshot of it.")
    flag("--undo", \.isUndo, "Swap the copy that is set aside back.")
    flag("--resume", \.isResume, "Go on with an operation that was interrupted.")
    flag("--accept", \.isAccept, "Drop the copy that is set aside, for good.")
    option(
      "--maintenance-db",
      \.maintenance,
      value: "NAME",
      "The database from which --into is renamed (default postgres)."
    )
    option("--confirm", \.token, value: "TOKEN", "Run exactly the plan that ends in this token.")
    option("--jobs", \.jobs, value: "N", "Connections that write at the same time (default 2).")
    flag("--schema-only", \.isSchemaOnly, "Only the definition, no rows.")
    flag("--no-owner", \.hasNoOwners, "Everything belongs to the role that restores.")
    flag("--no-privileges", \.hasNoPrivileges, "Leave GRANT and REVOKE out.")
    flag("--no-verify", \.hasNoVerification, "Do not read everything back to compare it.")
    group(\.selection)
    group(\.patchOptions)
    group(\.shared)
  }

  /// Restores.
  public func run(in context: Context) async throws -> ExitStatus {
    try requireSense()
    let target = selection.target(try ConnectionSettings.given(into, .commandLine))
    if isUndo || isResume || isAccept { return try await continueOperation(in: target, context) }
    if isReplacing { return try await replace(in: target, context) }
    if token != nil {
      throw Problem(
        .usage,
        code: "usage.confirm",
        "--confirm belongs to a plan",
        hint: "Give it with --replace, --undo or --accept."
      )
    }
    let repository = try await context.openRepository()
    let content = try await context.snapshot(try snapshot, of: nil, in: repository)
    return try await restore(content, into: target, context)
  }

  /// The snapshot that was named.
  var snapshot: String {
    get throws {
      if let subject { return subject }
      throw SnapshotReference.unnamed
    }
  }

  /// Connections at the same time.
  func workers(in context: Context) -> Int { max(1, jobs ?? context.configuration.jobs ?? 2) }

  func options(in context: Context) -> RestoreOptions {
    var options = RestoreOptions()
    options.jobs = workers(in: context)
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
