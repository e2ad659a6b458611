public import Arguments
internal import Migration
internal import Problems
internal import Reports

/// Accepts an edited patch as what was applied.
public struct RepairCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "repair"
  /// One sentence.
  public static let summary =
    "Accept an edited patch file as the applied one, or say what became of a statement."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock repair 0007 --database shop --because 'only a comment was changed'",
      "Accept the file of patch 0007 as it is now."
    ),
    Example(
      "drydock repair 0009 --statement 3 --done --database shop",
      "Say that statement 3 of patch 0009 took effect, although nobody could tell."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is recorded, and where.
  public var ledger = LedgerOptions()
  /// The version.
  public var version = ""
  /// The statement that an earlier run left undecided, as the refusal counted it.
  public var statement: Int?
  /// Whether it took effect.
  public var isDone = false
  /// Whether it has to run again.
  public var isRedo = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("version", \.version, "The patch whose file was edited.", completion: .versions)
    option("--statement", \.statement, value: "N", "A statement that nobody could tell about.")
    flag("--done", \.isDone, "The statement took effect.")
    flag("--redo", \.isRedo, "The statement did not take effect, and runs again.")
    group(\.ledger)
    group(\.shared)
  }

  /// Records it.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try PatchVersion.read(version)
    if let statement { return try await settle(version, statement, in: context) }
    guard !isDone, !isRedo else { throw Self.incomplete }
    return try await ledger.record(in: context) { directory, held in
      guard let patch = directory[version] else {
        guard version.isRepeatable else { throw LedgerOptions.unknown(version, directory) }
        let name = held.state[version]?.name
        try held.retire(version, because: try ledger.because)
        return [name ?? "\(version)"]
      }
      try held.repair(patch, because: try ledger.because)
      return [patch.file]
    }
  }

  private func settle(
    _ version: Version,
    _ statement: Int,
    in context: Context
  ) async throws -> ExitStatus {
    guard isDone != isRedo else { throw Self.incomplete }
    let runner = ledger.runner(try ledger.databaseOptions.explicit(in: context))
    try await runner.onOwnLane { [isDone] runner in
      try runner.hold { try $0.settle(version, step: statement, isDone: isDone) }
    }
    let what = isDone ? "counts as done" : "runs again"
    context.show(
      Report(
        blocks: [.paragraph("Statement \(statement) of patch \(version) \(what).")],
        json: [
          "event": "result", "version": .string("\(version)"), "statement": JSONValue(statement),
          "is_done": .boolean(isDone),
        ]
      )
    )
    return .done
  }

  private static let incomplete = Problem(
    .usage,
    code: "usage.repair",
    "What became of a statement is said with --statement N and either --done or --redo",
    hint: "drydock migrate names the statement that it cannot decide."
  )
}
