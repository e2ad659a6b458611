public import Arguments
internal import Operations
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

/// Opens a stopped database, or restores the marked snapshot into an empty one.
public struct StartCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "start"
  /// One sentence.
  public static let summary = "Start a stopped database: open it, or restore the marked snapshot."
  /// More than one sentence.
  public static let discussion = """
    Where the database is still there, it is opened again. Into an empty database of the same name \
    the marked snapshot is restored and compared first. A mark is used once; it is refused when a \
    newer snapshot of the database exists.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock start --database shop", "End the last stop of that database."),
    Example(
      "drydock start 1f2e3d4c --database shop_two",
      "Restore the mark of a stop into an empty database of another name."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// The marked snapshot.
  public var snapshot: String?
  /// Connections that write at the same time.
  public var jobs: Int?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "snapshot",
      \.snapshot,
      "The id of a marked snapshot (default: the last stop's).",
      completion: .snapshots
    )
    option("--jobs", \.jobs, value: "N", "Connections that write at the same time (default 2).")
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Starts the database.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let repository = try await context.openRepository()
    var options = RestoreOptions()
    options.jobs = max(1, jobs ?? context.configuration.jobs ?? 2)
    options.binaryDirectory = context.configuration.binaries
    let start = StartRun(
      of: settings,
      from: repository,
      chosen: snapshot,
      now: context.world.now
    )
    let result = try await start.run { connection in
      try Target.inspect(connection).isEmpty
    } restore: { [options] snapshot, writable in
      let listing = try await context.listing(of: repository)
      guard let content = try listing.snapshot(named: snapshot) else {
        throw Problem(
          .damaged,
          code: "start.no-snapshot",
          "the marked snapshot \(snapshot) is not in the repository",
          hint: "drydock snapshots lists what there is."
        )
      }
      let restored = try await RestoreRun(of: content, into: writable, options: options) {
        context.progress.report($0.report)
      }.run()
      await context.remember(
        content,
        restoredInto: writable,
        isWhole: true,
        omissions: restored.omissions
      )
      return restored.omissions
    }
    context.progress.clear()
    if !context.isQuiet || context.isJSON { context.show(result.report) }
    return result.omissions.isEmpty ? .done : .omissions
  }
}
