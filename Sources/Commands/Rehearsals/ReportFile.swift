internal import Files
internal import Problems
internal import Reports

/// A report that is written to a file: `html=gate.html`.
struct ReportFile {
  /// The formats.
  enum Format: String, CaseIterable {
    case html
    case markdown
    case json
    case junit
    case sarif
    case codequality
  }

  /// The names of all formats, for people.
  static let formats = Format.allCases.map(\.rawValue).joined(separator: ", ")

  let format: Format
  let path: String

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let format = Format(rawValue: parts[0]) else {
      throw Problem(
        .usage,
        code: "usage.report",
        "The report \(text) is not understood",
        hint: "Write FORMAT=FILE with one of: \(Self.formats)"
      )
    }
    self.format = format
    path = parts[1]
  }

  func write(_ report: Report, in context: Context) throws {
    let full = context.absolute(path: path)
    try AtomicFile.write(Array(text(report).utf8), to: full, durability: .fast, mode: 0o644)
  }

  private func text(_ report: Report) -> String {
    switch format {
    case .html: report.html
    case .markdown: report.markdown
    case .json: report.json.compact + "\n"
    case .junit: JUnit.document(report.title ?? "drydock", report.cases)
    case .sarif:
      SARIF.log(report.issues, by: .init(name: "drydock", version: ToolVersion.number)).pretty
        + "\n"
    case .codequality: CodeQuality.report(report.issues).pretty + "\n"
    }
  }
}
