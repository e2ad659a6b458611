/// Issues as GitLab's code quality report (GitLab documentation, "Code Quality report format").
public enum CodeQuality {
  /// The report: a list, empty where nothing was found.
  public static func report(_ issues: [Report.Issue]) -> JSONValue {
    .array(
      issues.map { issue in
        [
          "description": .string(Printable.line(issue.message)),
          "check_name": .string(Printable.line(issue.rule)),
          "fingerprint": .string(issue.fingerprint),
          "severity": .string(severity(issue.level)),
          "location": [
            "path": .string(Printable.line(issue.file)),
            "lines": ["begin": JSONValue(issue.line ?? 1)],
          ],
        ]
      }
    )
  }

  private static func severity(_ level: Report.Issue.Level) -> String {
    switch level {
    case .error: "critical"
    case .warning: "minor"
    case .note: "info"
    }
  }
}
