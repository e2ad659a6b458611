public import Arguments
internal import Files
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

/// Writes a snapshot as plain SQL.
public struct ExportCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "export"
  /// One sentence.
  public static let summary = "Write a snapshot as plain SQL that psql loads."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock export latest -o shop.sql", "Write SQL into a file."),
    Example("drydock export latest | psql -X -v ON_ERROR_STOP=1 shop_copy", "Load it at once."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot = ""
  /// The file; standard output when nil.
  public var output: String?
  /// Only these schemas.
  public var schemas: [String] = []
  /// Whether rows are left out.
  public var isSchemaOnly = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.")
    option(
      "--output",
      short: "-o",
      \.output,
      value: "FILE",
      "The file (default standard output).",
      completion: .file
    )
    option("--schema", \.schemas, value: "NAME", "Only this schema; may be given several times.")
    flag("--schema-only", \.isSchemaOnly, "Only the definition, no rows.")
    group(\.shared)
  }

  /// Writes it.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let content = try await context.snapshot(snapshot, of: nil, in: repository)
    var options = RestoreOptions()
    options.schemas = schemas
    options.isSchemaOnly = isSchemaOnly
    options.binaryDirectory = context.configuration.binaries
    let path = output.map { $0.hasPrefix("/") ? $0 : "\(context.world.directory)/\($0)" }
    try await Lane("drydock.export").run { [options] in
      if let path {
        let file = try GrowingFile(path: path)
        try ExportRun(of: content, options: options) { try file.append($0) }.run()
        try file.finish()
      } else {
        let stream = context.world.output
        try ExportRun(of: content, options: options) { bytes in
          stream.write(bytes: bytes)
          try stream.check()
        }.run()
      }
    }
    context.note(path.map { "wrote \($0)" } ?? "exported \(content.name)")
    return .done
  }
}
