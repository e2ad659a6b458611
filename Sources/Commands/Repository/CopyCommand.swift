public import Arguments
internal import Postgres
internal import Problems
internal import Replication
internal import Reports
internal import Repository
internal import Snapshot

/// Copies snapshots to a second repository.
public struct CopyCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "copy"
  /// One sentence.
  public static let summary = "Copy snapshots to a second repository."
  /// What the second repository is.
  public static let discussion = """
    The second repository is complete by itself: it has a passphrase of its own and restores without \
    the first. Only one that --init has made can be copied to, since the two share the secret that \
    names chunks. What it has already is not read again, and a copy that was stopped goes on where \
    it was. Receipts, proofs and the history of restores are not copied.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock copy --to /mnt/elsewhere/drydock --to-passphrase-file /etc/drydock/elsewhere --init",
      "Make the second repository, and copy everything to it."
    ),
    Example("drydock copy --to /mnt/elsewhere/drydock", "Copy what is new, as every night."),
    Example("drydock copy latest:shop --to /mnt/elsewhere/drydock", "Copy one snapshot."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshots; all when none is named.
  public var snapshots: [String] = []
  /// The second repository.
  public var target = CopyTarget()
  /// Whether only to say what would be stored.
  public var isDryRun = false
  /// Threads that open and seal chunks.
  public var jobs: Int?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "snapshot",
      \.snapshots,
      "latest, an id, k=v, or @time; all when none is named.",
      completion: .snapshots
    )
    group(\.target)
    flag("--dry-run", \.isDryRun, "Say what would be copied, and how large it is.")
    option("--jobs", \.jobs, value: "N", "Threads that open and seal chunks (default 2).")
    group(\.shared)
  }

  /// Copies; exit code 4 where a snapshot is damaged and could not be copied.
  public func run(in context: Context) async throws -> ExitStatus {
    let source = try await context.openRepository()
    var chosen: [SnapshotContent] = []
    var damaged: [String] = []
    if snapshots.isEmpty {
      let listing = try await context.listing(of: source)
      (chosen, damaged) = (listing.opened, listing.warnings)
    } else {
      for text in snapshots {
        let found = try await context.snapshot(text, of: nil, in: source)
        if !chosen.contains(where: { $0.name == found.name }) { chosen.append(found) }
      }
    }
    let repository = try await target.repository(copyOf: source, isDryRun: isDryRun, in: context)
    let run = try CopyRun(
      from: source,
      to: repository,
      threads: jobs ?? context.configuration.jobs ?? 2
    ) {
      context.progress.report($0.report)
    }
    let result = try await Lane("drydock.copy").run { [chosen, isDryRun] in
      try run.run(chosen, isDryRun: isDryRun)
    }
    context.progress.clear()
    if !context.isQuiet || context.isJSON {
      context.show(result.report(to: target.address, isDryRun: isDryRun))
    }
    for notice in result.notices { context.warn(notice.summary) }
    for item in result.items {
      guard let damage = item.damage else { continue }
      context.warn("\(item.snapshot.name): \(damage.summary)", isInResult: true)
    }
    for warning in damaged { context.warn(warning) }
    return result.isComplete && damaged.isEmpty ? .done : .damaged
  }
}
