public import Arguments
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot

/// Removes snapshots by policy, or those that are named.
public struct ForgetCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "forget"
  /// One sentence.
  public static let summary = "Remove snapshots that the policy does not keep, or the ones named."
  /// What a person must know before.
  public static let discussion = """
    The policy is 'keep:' of the configuration, or the --keep options, which replace it as a \
    whole. It holds for each database and history by itself. Only the snapshots go; drydock \
    collect gives their space back.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock forget --dry-run", "Show what the configured policy keeps, and why."),
    Example("drydock forget --keep-daily 7 --keep-weekly 5", "Use this policy instead."),
    Example("drydock forget 1f2e3d4c", "Remove this snapshot."),
  ]

  /// A repository is worked on once, however many databases it holds.
  public static let fleetUnit = FleetUnit.repository

  /// The options of every command.
  public var shared = SharedOptions()
  /// What to keep.
  public var keep = KeepOptions()
  /// Snapshots by their ids.
  public var snapshots: [String] = []
  /// Whether nothing is removed.
  public var isDryRun = false
  /// Whether named snapshots may be the last of their database.
  public var mayEmpty = false
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "snapshot",
      \.snapshots,
      "Ids of snapshots to remove; without one, the policy.",
      completion: .snapshots
    )
    group(\.keep)
    flag("--dry-run", \.isDryRun, "Show what would be removed, and why the rest is kept.")
    flag("--even-last", \.mayEmpty, "Let named snapshots be the last ones of their database.")
    group(\.fleet)
    group(\.shared)
  }

  /// Decides, shows, and removes.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    // Before a policy is decided on what a lesser key can read.
    try repository.requireFullKey(for: "forgetting snapshots")
    // What somebody else took away is told before anything is decided without it.
    try await context.warnOfRollback(repository)
    let selection = ForgetSelection(context: context, repository: repository)
    let plan =
      snapshots.isEmpty
      ? try await selection.plan(keep.policy)
      : try await selection.plan(naming: snapshots, keep.policy, mayEmpty: mayEmpty)
    if !isDryRun && !plan.removed.isEmpty { try await forget(plan, repository, context) }
    context.show(plan.report(isDryRun: isDryRun))
    return .done
  }

  /// A snapshot that is named is one.
  public func namedAlone() throws -> String? {
    snapshots.first
  }

  private func forget(
    _ plan: RetentionPlan,
    _ repository: Repository,
    _ context: Context
  ) async throws {
    let (removed, all) = (plan.removed, plan.decisions.map(\.candidate.name))
    do {
      try await Lane("drydock.forget").run { try repository.forget(removed) }
    } catch {
      // Some may have gone; the first error is the one to report.
      try? await context.rememberRemoval(of: removed, among: all, in: repository)
      throw error
    }
    try await context.rememberRemoval(of: removed, among: all, in: repository)
  }
}
