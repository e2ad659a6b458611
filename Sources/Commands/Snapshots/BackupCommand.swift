public import Arguments
internal import Backup
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// Takes a snapshot.
public struct BackupCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "backup"
  /// One sentence.
  public static let summary = "Take a consistent snapshot of a database."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock backup postgresql://backup@db.example/shop", "Take a snapshot."),
    Example("drydock backup --tag git=1a2b3c4", "Take one of the configured database, with a tag."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// The database as the last word.
  public var url: String?
  /// Attached to the snapshot.
  public var tags: [String] = []
  /// Connections that read at the same time.
  public var jobs: Int?
  /// Only these tables.
  public var tables: [String] = []
  /// Not these tables.
  public var excludedTables: [String] = []
  /// Not the rows of these tables.
  public var excludedData: [String] = []
  /// Whether every row is read, whatever is known of it.
  public var isFullRead = false
  /// How WAL summaries are brought up to date.
  public var checkpoint: String?
  /// How hard chunks are compressed.
  public var compression: String?
  /// The directory of the user's own queries.
  public var queries: String?
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("url", \.url, "The database: a URL, keywords as libpq reads them, or a name.")
    option(
      "--tag",
      \.tags,
      value: "K=V",
      "Attach a tag.",
      completion: .tags
    )
    option("--jobs", \.jobs, value: "N", "Connections that read at the same time (default 2).")
    option("--table", \.tables, value: "PATTERN", "Only tables that match.", completion: .tables)
    option(
      "--exclude-table",
      \.excludedTables,
      value: "PATTERN",
      "Not tables that match.",
      completion: .tables
    )
    option(
      "--exclude-data",
      \.excludedData,
      value: "PATTERN",
      "Tables that match without their rows.",
      completion: .tables
    )
    flag(
      "--full-read",
      \.isFullRead,
      "Read every row, and compare what should not have changed with the last snapshot."
    )
    option(
      "--checkpoint",
      \.checkpoint,
      value: "wait|force",
      "Wait for a checkpoint, or ask for one, where WAL summaries say what changed (default wait)."
    )
    option(
      "--compression",
      \.compression,
      value: "auto|LEVEL",
      "A zstd level from 0 to 19, or as hard as the workers can keep up with (default auto)."
    )
    option(
      "--queries",
      \.queries,
      value: "DIR",
      "Ask the queries in DIR/*.sql and keep their answers, for verify to ask again.",
      completion: .directory
    )
    group(\.databaseOptions)
    group(\.fleet)
    group(\.shared)
  }

  /// Takes the snapshot.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try database(in: context)
    let repository = try await context.openRepository()
    try await context.warnOfRollback(repository)
    let run = BackupRun(of: settings, into: repository, options: try options(in: context)) {
      context.progress.report($0.report)
    }
    let result = try await run.run()
    context.progress.clear()
    // Also remembers the snapshot that is there now.
    try await context.warnOfRollback(repository)
    if !context.isQuiet || context.isJSON { context.show(result.report) }
    for warning in result.warnings { context.warn(warning, isInResult: true) }
    await context.warnOfBudget(repository)
    // The snapshot is there and right; the one before it was not.
    if let alarm = result.alarm { throw alarm }
    return .done
  }

  /// A database that is named is one.
  public func namedAlone() throws -> String? {
    (url ?? databaseOptions.database).map { _ in "The database on the command line" }
  }

  private func database(in context: Context) throws -> ConnectionSettings {
    if let url, databaseOptions.database != nil {
      throw Problem(
        .usage,
        code: "usage.two-databases",
        "Two databases are named",
        facts: [.init("argument", "\(try ConnectionSettings.given(url, .commandLine))")],
        hint: "Give the database once."
      )
    }
    if let url { return try .given(url, .commandLine) }
    return try databaseOptions.orDefault(in: context)
  }

  private func options(in context: Context) throws -> BackupOptions {
    var options = BackupOptions()
    options.jobs = max(1, jobs ?? context.configuration.jobs ?? 2)
    var given = BackupSettings()
    given.checkpoint = try checkpoint.map { try BackupSettings.checkpoint($0, "--checkpoint") }
    given.compression = try compression.map { try BackupSettings.compression($0, "--compression") }
    given.completed(with: context.configuration.backup).apply(to: &options)
    options.questions = try QuestionDirectory(queries, in: context)?.read() ?? []
    options.isFullRead = isFullRead
    options.tables = tables
    options.excludedTables = excludedTables
    options.excludedData = excludedData
    options.tool = "drydock \(ToolVersion.number)"
    options.binaryDirectory = context.configuration.binaries
    options.tags = try TagList(tags).values
    return options
  }
}
