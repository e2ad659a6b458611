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
    )
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is rehearsed, and on what.
  public var rehearsal = RehearsalOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    group(\.rehearsal)
    group(\.shared)
  }

  /// Rehearses.
  public func run(in context: Context) async throws -> ExitStatus {
    let outcome = try await rehearsal.session(in: context).run()
    context.show(outcome.report)
    return outcome.verdict.isYes ? .done : .verdict
  }
}
