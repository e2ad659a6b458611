public import Arguments
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// Gives back the space that no snapshot needs.
public struct CollectCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "collect"
  /// One sentence.
  public static let summary = "Give back the space that no snapshot needs."
  /// What a person must know before.
  public static let discussion = """
    Works in two phases beside running backups: a run marks what is dead, and a run after the \
    grace period looks again and deletes what still is. Run it after forget, every night.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock collect --dry-run", "Show what would be marked and deleted."),
    Example("drydock collect --max-repack 10GiB", "Copy at most so much out of half-dead packs."),
    Example(
      "drydock collect --undo",
      "Keep what is marked, until the next collect marks it again."
    ),
  ]

  /// A repository is worked on once, however many databases it holds.
  public static let fleetUnit = FleetUnit.repository

  /// The options of every command.
  public var shared = SharedOptions()
  /// Whether nothing is written or removed.
  public var isDryRun = false
  /// Whether marks are taken back.
  public var isUndo = false
  /// How much is copied at most.
  public var maxRepack: ByteSize?
  /// How long packs stay marked.
  public var grace: Duration = .seconds(86_400)
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag("--dry-run", \.isDryRun, "Show what would be done, and do nothing.")
    flag("--undo", \.isUndo, "Take back what is marked; nothing of it is deleted.")
    option("--max-repack", \.maxRepack, value: "SIZE", "Copy at most this much live data.")
    option("--grace", \.grace, value: "TIME", "How long packs stay marked; at least 2h.")
    group(\.fleet)
    group(\.shared)
  }

  /// Collects.
  public func run(in context: Context) async throws -> ExitStatus {
    guard grace >= .seconds(7200) else {
      throw Problem(
        .usage,
        code: "usage.grace",
        "--grace must be 2h or more",
        reason: "a running backup has to notice what is marked"
      )
    }
    if isUndo && isDryRun {
      throw Problem(
        .usage,
        code: "usage.contradiction",
        "--undo and --dry-run do not go together",
        hint: "drydock collect --dry-run shows what is marked; --undo takes the marks back."
      )
    }
    let repository = try await context.openRepository()
    if isUndo {
      let count = try await Lane("drydock.collect").run { try repository.undoMarks() }
      context.show(.undone(marks: count))
      return .done
    }
    var options = CollectOptions()
    options.grace = grace / .seconds(1)
    options.maxRepack = maxRepack?.bytes
    options.isDryRun = isDryRun
    let report = try await Lane("drydock.collect").run { [options] in
      try repository.collect(options) { name, _, visitor in
        context.progress.report(.init(phase: "looking through snapshots", subject: name.text))
        try SnapshotContent(opening: name, in: repository).manifest.visitChunks(visitor)
      }
    }
    context.show(report.report(isDryRun: isDryRun))
    return report.damaged.isEmpty ? .done : .damaged
  }
}
