public import Arguments
internal import Migration

/// Accepts an edited patch as what was applied.
public struct RepairCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "repair"
  /// One sentence.
  public static let summary = "Accept an edited patch file as the one that was applied."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock repair 0007 --database shop --because 'only a comment was changed'",
      "Accept the file of patch 0007 as it is now."
    )
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is recorded, and where.
  public var ledger = LedgerOptions()
  /// The version.
  public var version = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("version", \.version, "The patch whose file was edited.")
    group(\.ledger)
    group(\.shared)
  }

  /// Records it.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try PatchVersion.read(version)
    return try await ledger.record(in: context) { directory, held in
      guard let patch = directory[version] else { throw LedgerOptions.unknown(version, directory) }
      try held.repair(patch, because: try ledger.because)
      return [patch]
    }
  }
}
