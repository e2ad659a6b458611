public import Arguments
internal import Migration
internal import Postgres
internal import Rehearsal

/// Rehearses the pending patches on a restored snapshot.
public struct RehearseCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "rehearse"
  /// One sentence.
  public static let summary = "Run the pending patches on a restored snapshot and measure them."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock rehearse --database shop --patches migrations",
      "Rehearse what migrate would run, on the newest snapshot."
    ),
    Example(
      "drydock rehearse --undo 0007 --database shop",
      "Rehearse taking patch 0007 back, on data that were written since."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is rehearsed, and on what.
  public var rehearsal = RehearsalOptions()

  /// The patch that is to be taken back, instead of what is pending being applied.
  public var undoes: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--undo",
      \.undoes,
      value: "VERSION",
      "Rehearse the undo file of this applied patch, on a snapshot taken after it."
    )
    group(\.rehearsal)
    group(\.shared)
  }

  /// Rehearses.
  public func run(in context: Context) async throws -> ExitStatus {
    var session = try rehearsal.session(in: context)
    session.undoes = try undoes.map { try PatchVersion.read($0) }
    let outcome = try await session.run()
    context.showToWorkflow(outcome.report)
    return outcome.verdict.isYes ? .done : .verdict
  }
}
