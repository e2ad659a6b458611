public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Rehearsal
internal import Reports

/// Takes a patch back by its undo file.
public struct UndoCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "undo"
  /// One sentence.
  public static let summary = "Take patches back by their undo files, if those were rehearsed."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock undo --database shop --patches migrations", "Take the last patch back."),
    Example("drydock undo --to 0007 --database shop", "Take back all that came after patch 0007."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is changed, and why without a receipt.
  public var migration = MigrationOptions()
  /// Which version; the last applied when nil.
  public var version: String?
  /// The version that stays the last; all later ones are taken back.
  public var target: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--version",
      \.version,
      value: "VERSION",
      "The patch to take back (default the last).",
      completion: .versions
    )
    option(
      "--to",
      \.target,
      value: "VERSION",
      "Take back all patches after this one; 0 for all.",
      completion: .versions
    )
    group(\.migration)
    group(\.shared)
  }

  /// Takes them back.
  public func run(in context: Context) async throws -> ExitStatus {
    let version = try version.map { try PatchVersion.read($0) }
    let target = try target.map { try PatchVersion.read($0) }
    guard version == nil || target == nil else {
      throw Problem(
        .usage,
        code: "usage.undo",
        "--version takes back one patch, --to all that came later: give one of them"
      )
    }
    return try await migration.runEach(.down, in: context) { session in
      try await session.takeBack { [directory = session.directory] held in
        guard let target else { return [try held.undoable(directory, version)] }
        return try held.undoable(directory, downTo: target)
      }
    }
  }
}
