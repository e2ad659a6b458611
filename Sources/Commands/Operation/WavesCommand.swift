public import Arguments
internal import FoundationEssentials
internal import Operations
internal import Postgres
internal import Problems
internal import Reports
internal import Snapshot

/// Starts the work again after a restore.
public struct WavesCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "waves"
  /// One sentence.
  public static let summary = "Start the work again after a restore, wave by wave."
  /// More than one sentence.
  public static let discussion = """
    The downtime is now minus the data's time, which is known from the restore. Up to \
    'short_downtime' of the runbook all waves start together; else each waits until the one before \
    has caught up. Interrupted, the same command goes on where it was, on any host.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock waves --database shop --dry-run", "Say what would be started, and when."),
    Example("drydock waves --database shop", "Start, or go on."),
    Example(
      "drydock waves --database shop --since 2026-01-31T02:00Z",
      "Start where the data came from elsewhere."
    ),
    Example("drydock waves --database shop --before", "Stop the work, before a restore."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// The data's time.
  public var since: String?
  /// The snapshot that the data came from.
  public var snapshot: String?
  /// Whether nothing is started.
  public var isDryRun = false
  /// Whether only the steps before a restore are run.
  public var isBefore = false
  /// Whether to begin anew.
  public var isAgain = false
  /// What of a program that may or may not have run.
  public var assumption: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--since", \.since, value: "TIME", "The data's time, such as 2026-01-31T02:00Z.")
    option(
      "--snapshot",
      \.snapshot,
      value: "S",
      "The snapshot that the data came from.",
      completion: .snapshots
    )
    flag("--dry-run", \.isDryRun, "Say what would be started, and stop.")
    flag("--before", \.isBefore, "Run the steps before a restore, and nothing else.")
    flag("--again", \.isAgain, "Begin anew, although waves are under way or done.")
    option(
      "--assume",
      \.assumption,
      value: "started|not-started",
      "What of a program that was at work when the run was ended."
    )
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Starts the waves.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.explicit(in: context)
    let runbook = try context.configuration.operations.requiredRunbook()
    if isBefore { return try await runBefore(runbook, settings, context) }
    let run = WaveRun(
      runbook,
      in: settings,
      options: try await options(settings, context)
    ) { event in
      context.progress.report(.init(phase: event.phase))
    }
    if isDryRun {
      let plan = try await run.plan()
      context.show(plan.report(isDryRun: true))
      return plan.isReady ? .done : .refused
    }
    let ended = try await run.run()
    context.progress.clear()
    if !context.isQuiet || context.isJSON { context.show(ended.report(isDryRun: false)) }
    return .done
  }

  private func runBefore(
    _ runbook: Runbook,
    _ settings: ConnectionSettings,
    _ context: Context
  ) async throws -> ExitStatus {
    if isDryRun {
      context.show(runbook.reportBefore)
      return .done
    }
    try await BeforeSteps(runbook.before).run(in: settings)
    context.note("\(Quantity.count(runbook.before.count, "step", "steps")) done")
    return .done
  }

  private func options(
    _ settings: ConnectionSettings,
    _ context: Context
  ) async throws -> WaveRun.Options {
    var options = WaveRun.Options()
    options.now = context.world.now
    options.isAgain = isAgain
    options.assumption = try assumption.map { text in
      if let known = WaveRun.Assumption(rawValue: text) { return known }
      throw Problem(.usage, code: "usage.assume", "--assume takes started or not-started")
    }
    if since != nil, snapshot != nil {
      throw Problem(.usage, code: "usage.two-times", "--since and --snapshot name two times")
    }
    if let since {
      options.given = DataOrigin(
        dataTime: try SnapshotReference.time(since),
        text: "given with --since"
      )
    }
    guard snapshot != nil || context.configuration.repository != nil else { return options }
    do {
      let repository = try await context.openRepository()
      if let snapshot {
        let content = try await context.snapshot(snapshot, of: nil, in: repository)
        options.given = DataOrigin(
          dataTime: try content.manifest.takenTime,
          text: "snapshot \(content.name.shortID)"
        )
      }
      options.recorded = try await context.recordedOrigin(of: settings, in: repository)
    } catch let problem as Problem where since != nil && problem.kind != .interrupted {
      // Who gives the time can do without; only a later call knows less then.
      context.warn("the waves do not note after which restore they begin: \(problem.summary)")
    }
    return options
  }
}
