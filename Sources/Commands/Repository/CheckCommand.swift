public import Arguments
internal import FoundationEssentials
internal import Postgres
internal import Reports
internal import Repository
internal import Snapshot

/// Checks a repository.
public struct CheckCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "check"
  /// One sentence.
  public static let summary = "Check that the repository holds what its snapshots need."
  /// What it says of damage.
  public static let discussion = """
    Damage is told as what it costs: which snapshots, which tables, which rows cannot be restored, \
    and what can.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock check", "Check the structure."),
    Example("drydock check --read-data", "Open and hash every chunk as well."),
    Example("drydock check --read-data=10%", "Every day another tenth of the packs."),
    Example("drydock check --repair", "Bring back what can be; only adds objects."),
  ]

  /// A repository is worked on once, however many databases it holds.
  public static let fleetUnit = FleetUnit.repository

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which share of the packs is opened; nil for none.
  public var readData: ReadShare?
  /// Whether what can be brought back is, first.
  public var isRepair = false
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag(
      "--read-data",
      \.readData,
      orValue: "P%",
      "Open and hash every chunk, or those of a share of the packs, another one each day."
    )
    flag(
      "--repair",
      \.isRepair,
      "First make the index again, and store again what still opens in packs that are cut; only "
        + "adds objects."
    )
    group(\.fleet)
    group(\.shared)
  }

  /// Checks; exit code 4 where something is damaged.
  public func run(in context: Context) async throws -> ExitStatus {
    let repository = try await context.openRepository()
    let isRepair = isRepair
    let sample = readData.map {
      $0 == .all ? .all : PackSample(percent: $0.percent, day: Self.today)
    }
    let rollback = try await context.warnOfRollback(repository, isInResult: true)
    var outcome = try await Lane("drydock.check").run {
      try CheckOutcome(of: repository, reading: sample, isRepair: isRepair) {
        context.progress.report($0.report)
      }
    }
    outcome.rollback = rollback
    context.show(outcome.report)
    return outcome.check.isSound ? .done : .damaged
  }

  private static var today: Int { Int(Date().timeIntervalSince1970) / 86_400 }
}
