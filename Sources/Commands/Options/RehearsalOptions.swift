public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal

/// The options of `rehearse` and `gate`.
public struct RehearsalOptions: ArgumentGroup, Equatable {
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// The option that names the policy.
  public var policyOptions = PolicyOptions()
  /// Which snapshot.
  public var snapshot = "latest"
  /// The role that will migrate.
  public var migrator: String?
  /// The last version to run.
  public var target: String?
  /// Whether patches may run although later ones have.
  public var allowsOutOfOrder = false
  /// About how many rows of each table are restored.
  public var sample: String?
  /// Whether only the definition is restored.
  public var isSchemaOnly = false
  /// Whether the snapshot is restored although a copy of it was kept.
  public var isFresh = false
  /// The server on which the scratch is to be.
  public var scratchServer: String?
  /// Whether a scratch that is not isolated is allowed.
  public var allowsUnsafeScratch = false

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--snapshot",
      \.snapshot,
      value: "S",
      "The snapshot to rehearse on (default latest).",
      completion: .snapshots
    )
    option("--migrator", \.migrator, value: "ROLE", "The role that will migrate the database.")
    option("--to", \.target, value: "VERSION", "The last patch to run.", completion: .versions)
    flag("--out-of-order", \.allowsOutOfOrder, "Run patches although later ones have run.")
    option(
      "--sample",
      \.sample,
      value: "ROWS",
      "Restore about so many rows of each table, and those that they refer to; no times then."
    )
    flag("--schema-only", \.isSchemaOnly, "Restore no rows, only the definition.")
    flag("--fresh", \.isFresh, "Restore the snapshot anew, and keep no copy for the next time.")
    option(
      "--scratch-server",
      \.scratchServer,
      value: "ADDRESS",
      "Rehearse on this server, as a superuser of it; own for one that drydock starts."
    )
    flag(
      "--unsafe-scratch",
      \.allowsUnsafeScratch,
      "Accept a scratch server that is not kept away from this machine."
    )
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.policyOptions)
  }

  /// The session that they describe.
  func session(in context: Context) throws -> RehearsalSession {
    let file = try policyOptions.read(in: context)
    var policy = Verdict.Policy()
    file?.apply(to: &policy)
    policy.allowsUnsafeScratch = allowsUnsafeScratch
    var session = RehearsalSession(
      context: context,
      snapshot: snapshot,
      database: try databaseOptions.database.map { try ConnectionSettings.given($0, .commandLine) }
        ?? context.configuration.database,
      directory: try patchOptions.read(in: context),
      migrator: migrator,
      target: try target.map { try PatchVersion.read($0) },
      allowsOutOfOrder: allowsOutOfOrder,
      rows: try rows,
      isFresh: isFresh,
      policy: policy,
      file: file
    )
    session.server = try server(in: context)
    return session
  }
}

extension RehearsalOptions {
  /// How much of the snapshot's rows is wanted.
  fileprivate var rows: RehearsalRun.Rows {
    get throws {
      guard let sample else { return isSchemaOnly ? .none : .all }
      guard let rows = Int(sample), rows > 0, !isSchemaOnly else {
        throw Problem(
          .usage,
          code: "usage.sample",
          isSchemaOnly
            ? "--sample and --schema-only exclude each other"
            : "--sample \(sample) is not a number of rows",
          hint: "Write --sample 10000 for about ten thousand rows of each table."
        )
      }
      return .sample(rows)
    }
  }
}

/// Versions as people type them.
enum PatchVersion {
  /// Reads a version; a `Problem` of kind `usage` for anything else.
  static func read(_ text: String) throws -> Version {
    if let version = Version(text) { return version }
    throw Problem(
      .usage,
      code: "usage.version",
      "\(text) is not the version of a patch",
      hint: "drydock status lists the versions."
    )
  }
}
