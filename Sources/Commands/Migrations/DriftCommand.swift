public import Arguments
internal import Files
internal import Migration
internal import Postgres
internal import Problems
internal import Reports
internal import Verification

/// Says how a live database differs from what it should be.
public struct DriftCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "drift"
  /// One sentence.
  public static let summary = "Say how a live database differs from its ledger and patch files."
  /// What is compared with what.
  public static let discussion = """
    The ledger is held against the patch files: what was edited or is gone. The live schema is held \
    against what the applied patches make of an empty database on a private server, or against what a \
    definition makes, or a snapshot shows. The live database is only read. Exit code 4 where \
    something differs.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock drift --database shop --patches migrations",
      "Did somebody change it by hand?"
    ),
    Example(
      "drydock drift --database cosims --against init_database.sql",
      "Compare with a definition."
    ),
    Example("drydock drift --database shop --snapshot latest", "What changed since last night?"),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// A file that defines the whole database.
  public var definition: String?
  /// A snapshot to compare with.
  public var snapshot: String?
  /// Who runs the patches on the private server.
  public var role: String?
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--against",
      \.definition,
      value: "FILE",
      "Compare with what this file makes of an empty database.",
      completion: .file
    )
    option(
      "--snapshot",
      \.snapshot,
      value: "S",
      "Compare with what this snapshot shows.",
      completion: .snapshots
    )
    option(
      "--role",
      \.role,
      value: "NAME",
      "Who owns what the patches make (default: who applied the last one)."
    )
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.fleet)
    group(\.shared)
  }

  /// Compares; exit code 4 where something differs.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.orDefault(in: context)
    let directory = try patchDirectory(in: context)
    let progress = context.progress
    let run = DriftRun(
      of: settings,
      against: try await reference(for: settings, in: context),
      directory: directory,
      role: role,
      tool: ToolVersion.number,
      binaryDirectory: context.configuration.binaries,
      progress: { progress.report(.init(phase: $0)) }
    )
    let drift = try await Lane("drydock.drift").run { try run.run() }
    progress.clear()
    context.show(drift.report)
    return drift.isEmpty ? .done : .damaged
  }

  /// A database that is named is one.
  public func namedAlone() throws -> String? {
    if databaseOptions.database != nil { return "--database" }
    return try snapshot.map { try SnapshotReference($0) }?.ofOne
  }

  private func reference(
    for settings: ConnectionSettings,
    in context: Context
  ) async throws -> DriftRun.Reference {
    switch (definition, snapshot) {
    case (nil, nil): return .patches
    case (let file?, nil):
      let path = context.absolute(path: file)
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return .definition(file: name, directory: Directory.parent(of: path))
    case (nil, let name?):
      let repository = try await context.openRepository()
      // The series of the database that was named here, not of the configured one.
      let database = databaseOptions.database == nil ? nil : settings.keywords["dbname"]
      let content = try await context.snapshot(name, of: database, in: repository)
      try content.requireTaken("cannot be compared")
      return .snapshot(content)
    default:
      throw Problem(
        .usage,
        code: "usage.two-references",
        "--against and --snapshot both say what to compare with",
        hint: "Give one of them."
      )
    }
  }

  /// The patches; none where a definition or a snapshot was named and there is no directory.
  private func patchDirectory(in context: Context) throws -> PatchDirectory? {
    let isNeeded = definition == nil && snapshot == nil || patchOptions.patches != nil
    guard isNeeded || Directory.exists(patchOptions.path(in: context)) else { return nil }
    return try patchOptions.read(in: context)
  }
}
