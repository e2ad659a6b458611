internal import Bytes

/// Lines that GitHub Actions reads as commands (GitHub documentation, "Workflow commands").
public enum WorkflowCommands {
  /// One annotation on a line of a file for each issue.
  public static func annotations(_ issues: [Report.Issue]) -> String {
    issues.map { issue in
      let places: [(String, String)] =
        [("file", issue.file)] + (issue.line.map { [("line", "\($0)")] } ?? [])
        + (issue.column.map { [("col", "\($0)")] } ?? []) + [("title", issue.title)]
      let properties = places.map { "\($0.0)=\(property($0.1))" }.joined(separator: ",")
      return "::\(command(issue.level)) \(properties)::\(data(issue.message))\n"
    }.joined()
  }

  /// Text in which nothing is a command, whoever wrote it.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - token: A word that nobody can guess, or the text could end its own quotation.
  /// - Returns: The text between the lines that stop and resume commands.
  public static func inert(_ text: String, token: String) -> String {
    let end = text.hasSuffix("\n") || text.isEmpty ? "" : "\n"
    return "::stop-commands::\(token)\n\(text)\(end)::\(token)::\n"
  }

  private static func command(_ level: Report.Issue.Level) -> String {
    switch level {
    case .error: "error"
    case .warning: "warning"
    case .note: "notice"
    }
  }

  private static func data(_ text: String) -> String {
    Printable.lines(text).escaping(["%": "%25", "\n": "%0A"])
  }

  private static func property(_ text: String) -> String {
    data(text).escaping([":": "%3A", ",": "%2C"])
  }
}
