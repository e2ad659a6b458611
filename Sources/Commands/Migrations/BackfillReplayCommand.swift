public import Arguments
internal import Migration
internal import Problems
internal import Rehearsal

/// Tries the dead letters of a backfill again.
public struct BackfillReplayCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "replay"
  /// One sentence.
  public static let summary = "Try the rows again that a backfill could not do, each alone."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock backfill replay 0007 --database shop", "After the rows were mended."),
    Example(
      "drydock backfill replay 0007 --database shop --error 'division by zero'",
      "Only those that failed with these words."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is changed, and under which receipt.
  public var migration = MigrationOptions()
  /// What holds it back.
  public var limits = BackfillLimits()
  /// The backfill.
  public var version = ""
  /// The words with which the rows failed.
  public var error: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("version", \.version, "The backfill.", completion: .versions)
    option("--error", \.error, value: "TEXT", "Only rows that failed with exactly these words.")
    group(\.limits)
    group(\.migration)
    group(\.shared)
  }

  /// Replays them; partial (8) where a row failed again.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try PatchVersion.read(version)
    return try await migration.runEach(.up, in: context) { [self] session in
      var session = session
      session.backfill = limits.options(for: context)
      return [try await session.replay(version, withText: error)]
    }
  }
}

extension MigrationSession {
  /// Tries dead letters again: of an unfinished backfill under the receipt that it runs under, of a
  /// finished one as it was applied.
  func replay(_ version: Version, withText text: String?) async throws -> PatchOutcome {
    let directory = try directory.narrowed(version, where: nil, except: nil)
    guard let patch = directory[version] else {
      preconditionFailure("a narrowed directory has its backfill: \(version)")
    }
    let state = try await context.ledger(of: settings, tenant: tenant)
    let isUnfinished = state[version]?.isUnfinished == true
    let request = Plan.Request(target: version)
    let chosen =
      isUnfinished
      ? try await choose { try Self.pending(Plan(directory, $0, request), version) } : nil
    let runner = Runner(settings, options(chosen?.receipt))
    return try await runner.onOwnLane { [self] runner in
      try runner.hold { held in
        guard held.state[version]?.isUnfinished == isUnfinished else { throw Self.moved(patch) }
        if isUnfinished { try requireStillFitting(chosen?.receipt, .up, [patch]) }
        let own = chosen?.receipt.map { ReceiptObserver($0, .up, in: held.state) }
        let outcome = try held.replay(patch, withText: text, observer: own)
        guard outcome.isComplete else { throw stillDead(patch, outcome) }
        return outcome
      }
    }
  }

  private static func moved(_ patch: Patch) -> Problem {
    Problem(
      .busy,
      code: "backfill.moved",
      "another runner has gone on with \(patch.file) since this one looked",
      hint: "Look at 'drydock backfill status' and run the command again.",
      isRetryable: true
    )
  }

  private func stillDead(_ patch: Patch, _ outcome: PatchOutcome) -> Problem {
    let next = NextCommand(tenant: tenant)
    return Problem(
      .partial,
      code: "backfill.still-dead",
      "rows of \(patch.file) are dead or left after the replay",
      facts: [.init("rows done", "\(outcome.backfill?.rows ?? 0)")],
      hint: "'\(next.backfillStatus(patch.version))' says which and why;"
        + " '\(next.backfillRun(patch.version))' does rows that were never tried."
    )
  }
}
