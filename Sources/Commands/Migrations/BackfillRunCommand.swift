public import Arguments
internal import Migration
internal import Problems
internal import Rehearsal

/// Goes on with one backfill, all of it or a part.
public struct BackfillRunCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "run"
  /// One sentence.
  public static let summary = "Go on with a backfill: all of it, or as much as is asked for."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock backfill run 0007 --database shop --for 2h",
      "Use the quiet hours of a night."
    ),
    Example(
      "drydock backfill run 0007 --database shop --where \"region = 'north'\"",
      "Some rows first; the rest is still left."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is changed, and under which receipt.
  public var migration = MigrationOptions()
  /// What holds it back.
  public var limits = BackfillLimits()
  /// The backfill.
  public var version = ""
  /// A condition that rows must fulfil.
  public var wanted: String?
  /// A condition that rows must not fulfil.
  public var unwanted: String?
  /// After this time no batch begins.
  public var timeLimit: Duration?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("version", \.version, "The backfill.", completion: .versions)
    option("--where", \.wanted, value: "SQL", "Only rows for which this holds.")
    option("--except", \.unwanted, value: "SQL", "No rows for which this holds.")
    option("--for", \.timeLimit, value: "TIME", "Begin no batch after this time, such as 2h.")
    group(\.limits)
    group(\.migration)
    group(\.shared)
  }

  /// Runs it; done (0) also where the time was over or rows nobody asked for are left, and partial (8)
  /// where more rows are dead than the file allows.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try PatchVersion.read(version)
    return try await migration.runEach(.up, in: context) { [self] session in
      var session = session
      session.directory = try session.directory.narrowed(version, where: wanted, except: unwanted)
      session.backfill = limits.options(for: context, timeLimit: timeLimit)
      return try await session.migrate(Plan.Request(target: version), only: version)
    }
  }
}
