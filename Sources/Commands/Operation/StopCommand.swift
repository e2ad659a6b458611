public import Arguments
internal import Backup
internal import Operations
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot
internal import Verification

/// Closes a database and takes the snapshot that the next start loads.
public struct StopCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "stop"
  /// One sentence.
  public static let summary = "Close a database to writes, and mark a snapshot for the next start."
  /// More than one sentence.
  public static let discussion = """
    Runs the steps 'before' of the runbook, makes new transactions read-only by default, ends all \
    sessions, takes a snapshot, reads it whole, and marks it. Interrupted, the same command goes on; \
    drydock start opens the database again.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock stop --database shop", "Stop; afterwards the server may go away.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Connections that read at the same time.
  public var jobs: Int?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--jobs", \.jobs, value: "N", "Connections that read at the same time (default 2).")
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Stops the database.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let repository = try await context.openRepository()
    try await context.warnOfRollback(repository)
    let stop = StopRun(
      of: settings,
      into: repository,
      before: context.configuration.operations.runbook?.before ?? [],
      now: context.world.now
    )
    let result = try await stop.run { writable in
      try await Self.take(writable, repository, options(in: context), context)
    }
    context.progress.clear()
    if !context.isQuiet || context.isJSON { context.show(result.report) }
    return .done
  }

  private func options(in context: Context) -> BackupOptions {
    var options = BackupOptions()
    context.configuration.backup.apply(to: &options)
    options.jobs = max(1, jobs ?? context.configuration.jobs ?? 2)
    options.tags = ["stop": "mark"]
    options.tool = "drydock \(ToolVersion.number)"
    options.binaryDirectory = context.configuration.binaries
    return options
  }

  /// A snapshot that was read whole: nothing else may be left of the database.
  private static func take(
    _ settings: ConnectionSettings,
    _ repository: Repository,
    _ options: BackupOptions,
    _ context: Context
  ) async throws -> StopMark {
    let taken = try await BackupRun(of: settings, into: repository, options: options) {
      context.progress.report($0.report)
    }.run()
    for warning in taken.warnings { context.warn(warning) }
    // This snapshot was read whole and is right; the one before it was not.
    if let alarm = taken.alarm { context.warn(alarm.description) }
    let content = try SnapshotContent(opening: taken.snapshot, in: repository)
    let proven = try await VerificationRun(
      of: content,
      options: .init(level: .content, jobs: 1, binaryDirectory: options.binaryDirectory),
      tool: options.tool
    ).run()
    guard proven.proof != nil else {
      throw Problem(
        .damaged,
        code: "stop.snapshot",
        "the snapshot \(taken.snapshot.text) does not read back whole",
        facts: proven.findings.prefix(5).map { .init($0.subject, $0.text) }
      )
    }
    return StopMark(
      snapshot: taken.snapshot.text,
      dataTime: try content.manifest.takenTime,
      position: content.manifest.position.lsn
    )
  }
}
