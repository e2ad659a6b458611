internal import Problems
internal import Reports

/// One thing that was looked at.
struct Finding: Sendable, Equatable {
  /// How it stands.
  enum Severity: String, Sendable {
    case good
    case warning
    case bad
  }

  let severity: Severity
  let subject: String
  let text: String
  let advice: String?

  init(_ severity: Severity, _ subject: String, _ text: String, advice: String? = nil) {
    self.severity = severity
    self.subject = subject
    self.text = text
    self.advice = advice
  }

  /// A problem that came up while something was looked at.
  init(_ subject: String, _ problem: Problem) {
    let reason = problem.reason.map { ": \($0)" } ?? ""
    self.init(.bad, subject, problem.summary + reason, advice: problem.hint)
  }

  /// What a person reads: everything in a table, and whole sentences for what is to be done.
  static func report(_ findings: [Finding]) -> Report {
    var table = Table([.text(""), .text("what"), .flexible("finding")])
    for finding in findings {
      let mark = finding.severity == .good ? "ok" : finding.severity.rawValue
      table.add(mark, finding.subject, finding.text)
    }
    let order: [Severity] = [.bad, .warning, .good]
    let advice = order.flatMap { severity in
      findings.filter { $0.severity == severity }.compactMap { finding in
        finding.advice.map { advice in
          let end = finding.text.hasSuffix(".") ? "" : "."
          return "\(finding.subject): \(finding.text)\(end) \(advice)"
        }
      }
    }
    return Report(
      blocks: [.table(table)] + (advice.isEmpty ? [] : [.heading("What to do"), .list(advice)]),
      json: [
        "event": "result",
        "bad": JSONValue(findings.count { $0.severity == .bad }),
        "warnings": JSONValue(findings.count { $0.severity == .warning }),
        "findings": .array(
          findings.map {
            [
              "severity": .string($0.severity.rawValue), "subject": .string($0.subject),
              "text": .string($0.text), "advice": JSONValue($0.advice),
            ]
          }
        ),
      ]
    )
  }

  /// A few names of many, for a sentence.
  static func names(_ all: [String], limit: Int = 3) -> String {
    let rest = all.count - limit
    let shown = all.prefix(limit).joined(separator: ", ")
    return rest > 0 ? "\(shown) and \(rest) more" : shown
  }
}
