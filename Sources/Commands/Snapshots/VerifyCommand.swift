public import Arguments
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Snapshot
internal import Verification

/// Proves that a snapshot restores.
public struct VerifyCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "verify"
  /// One sentence.
  public static let summary = "Prove that a snapshot is whole and restores, and record the proof."
  /// What the levels prove.
  public static let discussion = """
    Level 0: every object that the snapshot needs is there. Level 1: all packs of the repository hash to their names. \
    Level 2: every chunk opens, and row counts and digests add up. Level 3: restored into a scratch \
    server; rows, definition and the answers to your own queries are the same, and amcheck, where the \
    server has it, finds tables and indexes sound.

    A schedule that runs 'drydock verify --oldest' proves one snapshot after the other, the newest of \
    those that were never verified first. One that failed has its next turn after all others; until \
    it is proven or forgotten 'drydock health' ends with 4. A snapshot keeps the answers to the \
    queries that 'drydock backup --queries DIR' asked.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock verify", "Read the newest snapshot whole (level 2)."),
    Example("drydock verify latest:shop --level 3 --max-age 7d", "Prove a restore once a week."),
    Example(
      "drydock verify --oldest --level 3",
      "Prove the snapshot whose last verification is oldest; for a schedule."
    ),
    Example("drydock verify --sample 10", "Read a tenth of the newest snapshot's rows."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot: String?
  /// How much to prove.
  public var level = 2
  /// Whether the snapshot whose proof is oldest is chosen.
  public var isOldest = false
  /// The share of the rows to read at level 2, in percent.
  public var sample: Int?
  /// How old a proof may be that makes this one needless.
  public var maxAge: Duration?
  /// Connections that restore at the same time.
  public var jobs: Int?
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "snapshot",
      \.snapshot,
      "latest (the default), an id, k=v, or @time.",
      completion: .snapshots
    )
    option("--level", \.level, value: "0-3", "How much to prove (default 2).")
    option("--max-age", \.maxAge, value: "AGE", "Skip what was proven so recently, such as 7d.")
    option("--sample", \.sample, value: "PERCENT", "Read this share of the rows (level 2).")
    flag("--oldest", \.isOldest, "Choose the snapshot whose last verification is oldest.")
    option("--jobs", \.jobs, value: "N", "Connections that restore at the same time (default 2).")
    group(\.fleet)
    group(\.shared)
  }

  /// Verifies; exit code 4 where something is wrong.
  public func run(in context: Context) async throws -> ExitStatus {
    let options = try options(in: context)
    let repository = try await context.openRepository()
    let proofs = try await Lane("drydock.proofs").run { try ProofTable(of: repository) }
    let content = try await chosen(in: context, repository, proofs)
    if let proof = try await recent(proofs, content) {
      context.show(proof.report(isNew: false, of: content))
      return .done
    }
    let result = try await VerificationRun(
      of: content,
      options: options,
      tool: "drydock \(ToolVersion.number)",
      progress: { context.progress.report($0.report) }
    ).run()
    context.progress.clear()
    if let proof = result.proof {
      context.show(proof.report(isNew: true, of: content))
      return .done
    }
    context.show(result.report(of: content))
    if let reason = result.unrecorded {
      context.warn("drydock health cannot tell of this, for it could not be recorded: \(reason)")
    }
    return .damaged
  }

  /// A snapshot that is named is one.
  public func namedAlone() throws -> String? {
    try snapshot.map { try SnapshotReference($0) }?.ofOne
  }

  private func options(in context: Context) throws -> VerificationRun.Options {
    guard let level = Proof.Level(rawValue: level) else {
      throw Self.wrong("level", "There is no level \(level)", "Levels are 0 to 3.")
    }
    if let sample {
      guard level == .content, (1...100).contains(sample) else {
        throw Self.wrong(
          "sample",
          "A sample is a share of the rows at level 2",
          "Write --sample 10, for a tenth, with --level 2 or without a level."
        )
      }
    }
    return VerificationRun.Options(
      level: level,
      sample: sample == 100 ? nil : sample,
      jobs: max(1, jobs ?? context.configuration.jobs ?? 2),
      binaryDirectory: context.configuration.binaries
    )
  }

  private static func wrong(_ code: String, _ summary: String, _ hint: String) -> Problem {
    Problem(.usage, code: "usage.\(code)", summary, hint: hint)
  }

  /// The snapshot that was named, or the one whose turn it is.
  private func chosen(
    in context: Context,
    _ repository: Repository,
    _ proofs: ProofTable
  ) async throws -> SnapshotContent {
    guard isOldest else {
      return try await context.snapshot(snapshot ?? "latest", of: nil, in: repository)
    }
    if let snapshot {
      throw Self.wrong(
        "two-snapshots",
        "--oldest chooses the snapshot, and \(snapshot) is named",
        "Give one of them."
      )
    }
    let listing = try await context.listing(of: repository)
    // Whose it is, only its manifest said: so no one schedule fails, and drydock health is critical.
    for warning in listing.warnings { context.warn(warning) }
    let all = try context.scheduled(listing.opened)
    let asked = Proof.Level(rawValue: level) ?? .content
    let name = try await Lane("drydock.proofs").run { [sample] in
      try proofs.next(among: all.map(\.name), asked, sample: sample)
    }
    let failed = try await Lane("drydock.proofs").run {
      try all.map(\.name).filter { try proofs.failure(of: $0) != nil }
    }
    for other in failed where other != name {
      context.warn("snapshot \(other.shortID) failed when it was last verified: drydock health")
    }
    guard let found = all.first(where: { $0.name == name }) else {
      throw Self.wrong(
        "no-such-snapshot",
        "There is no snapshot to verify",
        "drydock backup takes the first one."
      )
    }
    return found
  }

  private func recent(
    _ proofs: ProofTable,
    _ content: SnapshotContent
  ) async throws -> Proof? {
    guard let maxAge, let level = Proof.Level(rawValue: level) else { return nil }
    let last = try await Lane("drydock.proofs").run { [sample] in
      try proofs.last(of: content.name, level, sample: sample)
    }
    guard let proof = last else { return nil }
    let age = Date().timeIntervalSince1970 - Double(proof.proven)
    // One from the future, by a clock that was wrong, would count as recent for ever; clocks may
    // differ by five minutes.
    return age >= -300 && age <= maxAge / .seconds(1) ? proof : nil
  }
}
