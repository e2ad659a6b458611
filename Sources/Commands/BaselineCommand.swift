public import Arguments
internal import Migration

/// Declares patches applied without running them.
public struct BaselineCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "baseline"
  /// One sentence.
  public static let summary = "Record patches as applied without running them."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock baseline 0007 --database shop --because 'taken over from scripts run by hand'",
      "Record all patches up to 0007 as applied."
    )
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is recorded, and where.
  public var ledger = LedgerOptions()
  /// The last version that the database has.
  public var version = ""

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("version", \.version, "The last patch that the database has already.")
    group(\.ledger)
    group(\.shared)
  }

  /// Records them.
  public func run(in context: Context) async throws -> ExitStatus {
    let last = try PatchVersion.read(version)
    return try await ledger.record(in: context) { directory, held in
      guard directory[last] != nil else { throw LedgerOptions.unknown(last, directory) }
      let patches = directory.patches.filter {
        $0.version <= last && held.state[$0.version]?.isApplied != true
      }
      try held.baseline(patches, because: try ledger.because)
      return patches
    }
  }
}
