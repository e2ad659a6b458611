public import Arguments
internal import Catalog
internal import Postgres
internal import Reports
internal import Repository
internal import Snapshot

/// Says what differs between two snapshots.
public struct DiffCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "diff"
  /// One sentence.
  public static let summary = "Say what differs between two snapshots."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock diff @2026-01-30T02:00Z latest", "What changed since that night."),
    Example(
      "drydock diff 1f2e3d4c 8a9b0c1d --rows",
      "Also count the rows that only one of them has."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The older snapshot.
  public var old = ""
  /// The newer snapshot; nil for the newest.
  public var new: String?
  /// Whether rows are counted.
  public var countsRows = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("older", \.old, "An id, k=v, or @time.", completion: .snapshots)
    positional("newer", \.new, "The same; latest where none is given.", completion: .snapshots)
    flag("--rows", \.countsRows, "Read the stripes that changed, and count rows.")
    group(\.shared)
  }

  /// Compares them.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let old = try await context.snapshot(self.old, of: nil, in: repository)
    let new = try await context.snapshot(self.new ?? "latest", of: nil, in: repository)
    try old.requireTaken("cannot be compared")
    try new.requireTaken("cannot be compared")
    let progress = context.progress
    let countsRows = countsRows
    let outcome = try await Lane("drydock.diff").run {
      DiffOutcome(
        old: old,
        new: new,
        schema: try Self.schemaDifference(from: old, to: new),
        data: try SnapshotDifference(from: old, to: new, countsRows: countsRows) {
          progress.report(.init(phase: "comparing \($0)"))
        }
      )
    }
    progress.clear()
    context.show(outcome.report)
    return .done
  }

  private static func schemaDifference(
    from old: SnapshotContent,
    to new: SnapshotContent
  ) throws -> SchemaDifference {
    // The same chunks: nothing to read.
    if old.manifest.definition.fingerprint == new.manifest.definition.fingerprint {
      return SchemaDifference(from: SchemaFingerprint(), to: SchemaFingerprint())
    }
    return SchemaDifference(from: try fingerprint(of: old), to: try fingerprint(of: new))
  }

  private static func fingerprint(of content: SnapshotContent) throws -> SchemaFingerprint {
    let pieces = content.manifest.definition.fingerprint
    let bytes = try content.text(pieces, try content.repository.makeReader())
    return try SchemaFingerprint(decoding: bytes)
  }
}
