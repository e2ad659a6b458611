public import Arguments
internal import Backup
internal import FoundationEssentials
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// Takes a dump into the repository.
public struct ImportCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "import"
  /// One sentence.
  public static let summary = "Take a dump of pg_dump or pg_dumpall into the repository."
  /// What becomes of it.
  public static let discussion = """
    The dump becomes a snapshot of a series of its own. Its bytes are kept as they are, and export \
    gives the same file back. Dumps that differ little share what they have in common, as long as \
    they are not compressed: of an archive, 'pg_restore --file=- FILE | drydock import - --name NAME' \
    keeps the SQL instead. Whoever restores a dump executes what its author wrote.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock import shop.sql --tag from=nightly", "Take a file."),
    Example(
      "restic dump latest /var/backups/shop.sql | drydock import - --name shop"
        + " --time 2026-01-31T02:00Z",
      "Move from another program, with the time that the dump shows."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The file or directory; `-` for standard input.
  public var source = ""
  /// What the series is called.
  public var label: String?
  /// When the dump was taken.
  public var time: String?
  /// Attached to the snapshot.
  public var tags: [String] = []
  /// Whether a dump without its end is taken too.
  public var allowsIncomplete = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "file",
      \.source,
      "A file, a directory of pg_dump, or - for standard input.",
      completion: .file
    )
    option(
      "--name",
      \.label,
      value: "NAME",
      "What the series is called (default: the file's name without its ending)."
    )
    option(
      "--time",
      \.time,
      value: "TIME",
      "The instant that the dump shows (default: when the file was last written)."
    )
    option(
      "--tag",
      \.tags,
      value: "K=V",
      "Attach a tag.",
      completion: .tags
    )
    flag(
      "--allow-incomplete",
      \.allowsIncomplete,
      "Also take a dump whose end is missing (exit code 7); such a snapshot is never latest."
    )
    group(\.shared)
  }

  /// Imports it.
  public func run(in context: Context) async throws -> ExitStatus {
    let options = try options(in: context)
    let repository = try await context.openRepository()
    try await context.warnOfRollback(repository)
    let run = ImportRun(of: place(in: context), into: repository, options: options) {
      context.progress.report($0.report)
    }
    let result = try await run.run()
    context.progress.clear()
    // Also remembers the snapshot that is there now.
    try await context.warnOfRollback(repository)
    if !context.isQuiet || context.isJSON { context.show(result.report) }
    for warning in result.warnings { context.warn(warning, isInResult: true) }
    return result.manifest.dump?.isComplete == false ? .omissions : .done
  }

  private func place(in context: Context) -> DumpSource {
    if source == "-" { return .standardInput }
    let path = source.count > 1 && source.hasSuffix("/") ? String(source.dropLast()) : source
    return .path(context.absolute(path: path))
  }

  private func options(in context: Context) throws -> ImportOptions {
    var options = ImportOptions(name: try seriesName)
    options.time = try time.map { try SnapshotReference.time($0) }
    options.tags = try TagList(tags).values
    options.allowsIncomplete = allowsIncomplete
    options.tool = "drydock \(ToolVersion.number)"
    options.binaryDirectory = context.configuration.binaries
    return options
  }

  private var seriesName: String {
    get throws {
      if let label, !label.isEmpty { return label }
      let file = source.split(separator: "/").last.map(String.init) ?? ""
      let stem = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
      if source != "-", !stem.isEmpty { return stem }
      throw Problem(
        .usage,
        code: "usage.import-name",
        "The dump has no name",
        reason: "standard input tells none",
        hint: "Give --name, such as the database's name."
      )
    }
  }
}
