public import Arguments
internal import Files
internal import Problems
internal import Rehearsal
internal import Reports

/// Rehearses and judges, for CI.
public struct GateCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "gate"
  /// One sentence.
  public static let summary = "Rehearse, judge, and tell CI with an exit code and reports."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock gate --snapshot latest:shop --patches migrations --report html=gate.html",
      "Judge the patches of a pull request on the newest snapshot."
    )
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is rehearsed, and on what.
  public var rehearsal = RehearsalOptions()
  /// Files to write: `html=FILE`, `sarif=FILE` and others.
  public var reports: [String] = []

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--report",
      \.reports,
      value: "FORMAT=FILE",
      "Write a report: \(ReportFile.formats); may be given several times."
    )
    group(\.rehearsal)
    group(\.shared)
  }

  /// Rehearses and judges; exit code 5 for "no".
  public func run(in context: Context) async throws -> ExitStatus {
    let wanted = try reports.map { try ReportFile($0) }
    let session = try rehearsal.session(in: context)
    try session.requireSafeServer()
    let outcome = try await session.run()
    let report = outcome.report
    for file in wanted { try file.write(report, in: context) }
    context.showToWorkflow(report)
    return outcome.verdict.isYes ? .done : .verdict
  }
}
