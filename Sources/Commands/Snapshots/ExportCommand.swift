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
  /// What becomes of an imported dump.
  public static let discussion = """
    An imported dump comes back byte for byte. With --cluster the newest snapshot of each database \
    is written, each as of its own instant; the script holds the roles' password verifiers, and its \
    file is readable by its owner only.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock export latest -o shop.sql", "Write SQL into a file."),
    Example(
      "drydock export --cluster -o database-all.sql",
      "Write all databases of a server into a file."
    ),
    Example("drydock export latest | psql -X -v ON_ERROR_STOP=1 shop_copy", "Load it at once."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot: String?
  /// The file; standard output when nil.
  public var output: String?
  /// Only these schemas.
  public var schemas: [String] = []
  /// Whether rows are left out.
  public var isSchemaOnly = false
  /// Whether all databases of a cluster are written.
  public var isCluster = false
  /// The cluster, by its system identifier.
  public var system: String?
  /// Whether the roles' password verifiers are left out.
  public var hasNoPasswords = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.", completion: .snapshots)
    option(
      "--output",
      short: "-o",
      \.output,
      value: "FILE",
      "The file (default standard output, also -); a directory for an imported one.",
      completion: .file
    )
    option(
      "--schema",
      \.schemas,
      value: "NAME",
      "Only this schema.",
      completion: .schemas
    )
    flag("--schema-only", \.isSchemaOnly, "Only the definition, no rows.")
    flag(
      "--cluster",
      \.isCluster,
      "All databases of a cluster with roles and tablespaces, as pg_dumpall writes them; the"
        + " snapshot is latest or @time."
    )
    option("--system", \.system, value: "ID", "The cluster, where there are several.")
    flag(
      "--no-role-passwords",
      \.hasNoPasswords,
      "With --cluster: leave the roles' password verifiers out."
    )
    group(\.shared)
  }

  /// Writes it.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    if isCluster { return try await exportCluster(context, repository) }
    guard let snapshot else {
      throw Problem(
        .usage,
        code: "usage.no-snapshot",
        "No snapshot is named",
        hint: "Give latest, an id, k=v, or @2026-01-31T02:00Z; or --cluster for all databases."
      )
    }
    let content = try await context.snapshot(snapshot, of: nil, in: repository)
    if let dump = DumpExport(of: content) {
      try await export(dump, context)
    } else {
      let options = options(in: context)
      try await write(to: context) { write in
        try ExportRun(of: content, options: options, write: write).run()
      }
    }
    context.note(path(in: context).map { "wrote \($0)" } ?? "exported \(content.name)")
    return .done
  }

  /// The bytes of an imported dump, which are a directory where they were one.
  private func export(_ dump: DumpExport, _ context: Context) async throws {
    if !schemas.isEmpty || isSchemaOnly {
      throw Problem(
        .usage,
        code: "usage.export-dump",
        "--schema and --schema-only cannot be given for an imported dump",
        reason: "its bytes come back as they are"
      )
    }
    if dump.isDirectory, let path = path(in: context) {
      try await Lane("drydock.export").run { try dump.write(directory: path) }
    } else {
      try await write(to: context) { try dump.run($0) }
    }
  }

  /// Writes into the file, which has its name only when it is whole, or to standard output.
  func write(
    to context: Context,
    _ body: @escaping @Sendable (_ write: @escaping ([UInt8]) throws -> Void) throws -> Void
  ) async throws {
    let path = path(in: context)
    try await Lane("drydock.export").run {
      if let path {
        let file = try GrowingFile(path: path)
        try body { try file.append($0) }
        try file.finish()
      } else {
        let stream = context.world.output
        try body { bytes in
          stream.write(bytes: bytes)
          try stream.check()
        }
      }
    }
  }

  private func path(in context: Context) -> String? {
    guard let output, output != "-" else { return nil }
    return context.absolute(path: output)
  }

  func options(in context: Context) -> RestoreOptions {
    var options = RestoreOptions()
    options.schemas = schemas
    options.isSchemaOnly = isSchemaOnly
    options.binaryDirectory = context.configuration.binaries
    return options
  }
}
