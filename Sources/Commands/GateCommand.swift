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
  /// Files to write: `html=FILE`, `json=FILE`, `markdown=FILE`.
  public var reports: [String] = []

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--report",
      \.reports,
      value: "FORMAT=FILE",
      "Write a report: html, markdown or json; may be given several times."
    )
    group(\.rehearsal)
    group(\.shared)
  }

  /// Rehearses and judges; exit code 5 for "no".
  public func run(in context: Context) async throws -> ExitStatus {
    let wanted = try reports.map { try ReportFile($0) }
    let outcome = try await rehearsal.session(in: context).run()
    let report = outcome.report
    for file in wanted { try file.write(report, in: context) }
    context.show(report)
    return outcome.verdict.isYes ? .done : .verdict
  }
}

/// A report that is written to a file: `html=gate.html`.
struct ReportFile {
  /// The formats.
  enum Format: String, CaseIterable {
    case html
    case markdown
    case json
  }

  let format: Format
  let path: String

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let format = Format(rawValue: parts[0]) else {
      throw Problem(
        .usage,
        code: "usage.report",
        "The report \(text) is not understood",
        hint: "Write FORMAT=FILE with one of: "
          + Format.allCases.map(\.rawValue).joined(separator: ", ")
      )
    }
    self.format = format
    path = parts[1]
  }

  func write(_ report: Report, in context: Context) throws {
    let text =
      switch format {
      case .html: report.html
      case .markdown: report.markdown
      case .json: report.json.compact + "\n"
      }
    let full = path.hasPrefix("/") ? path : "\(context.world.directory)/\(path)"
    try AtomicFile.write(Array(text.utf8), to: full, durability: .fast, mode: 0o644)
  }
}
