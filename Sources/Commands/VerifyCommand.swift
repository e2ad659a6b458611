public import Arguments
internal import Foundation
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot
internal import Verification

/// Proves that a snapshot restores.
public struct VerifyCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "verify"
  /// One sentence.
  public static let summary = "Prove that a snapshot is whole and restores, and record the proof."
  /// What the levels prove.
  public static let discussion = """
    Level 0: every object that the snapshot needs is there. Level 1: packs hash to their names. \
    Level 2: every chunk opens, and row counts and digests add up. Level 3: restored into a scratch \
    server, everything reads back equal and the indexes are sound.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock verify", "Read the newest snapshot whole (level 2)."),
    Example("drydock verify latest:shop --level 3 --max-age 7d", "Prove a restore once a week."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot: String?
  /// How much to prove.
  public var level = 2
  /// How old a proof may be that makes this one needless.
  public var maxAge: Duration?
  /// Connections that restore at the same time.
  public var jobs: Int?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest (the default), an id, k=v, or @time.")
    option("--level", \.level, value: "0-3", "How much to prove (default 2).")
    option("--max-age", \.maxAge, value: "AGE", "Skip what was proven so recently, such as 7d.")
    option("--jobs", \.jobs, value: "N", "Connections that restore at the same time (default 2).")
    group(\.shared)
  }

  /// Verifies; exit code 4 where something is wrong.
  public func run(in context: Context) async throws -> ExitStatus {
    guard let level = Proof.Level(rawValue: level) else {
      throw Problem(
        .usage,
        code: "usage.level",
        "There is no level \(level)",
        hint: "Levels are 0 to 3."
      )
    }
    let repository = try await context.openRepository()
    let content = try await context.snapshot(snapshot ?? "latest", of: nil, in: repository)
    if let proof = try await recentProof(of: content, level) {
      context.show(proof.report(isNew: false))
      return .done
    }
    let result = try await VerificationRun(
      of: content,
      level: level,
      jobs: max(1, jobs ?? context.configuration.jobs ?? 2),
      binaryDirectory: context.configuration.binaries,
      tool: "drydock \(ToolVersion.number)",
      progress: { context.progress.report(.init(phase: $0)) }
    ).run()
    context.progress.clear()
    if let proof = result.proof {
      context.show(proof.report(isNew: true))
      return .done
    }
    context.show(result.report(of: content))
    return .damaged
  }

  private func recentProof(of content: SnapshotContent, _ level: Proof.Level) async throws -> Proof?
  {
    guard let maxAge else { return nil }
    let oldest = Int(Date().timeIntervalSince1970 - maxAge / .seconds(1))
    return try await Lane("drydock.proofs").run {
      try Proof.all(in: content.repository).last {
        $0.snapshot == content.name.text && $0.level >= level && $0.proven >= oldest
      }
    }
  }
}
