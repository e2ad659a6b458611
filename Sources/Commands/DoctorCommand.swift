public import Arguments
internal import Postgres
internal import Problems
internal import Reports

/// Looks at the whole set-up and says what to mend.
public struct DoctorCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "doctor"
  /// One sentence.
  public static let summary = "Check the set-up and say for each finding what to do."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock doctor --database shop", "Check programs, repository, database and scratch.")
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    group(\.databaseOptions)
    group(\.shared)
  }

  /// Checks; failed (1) where something keeps Drydock from working.
  public func run(in context: Context) async throws -> ExitStatus {
    let examination = Examination(
      context: context,
      database: try databaseOptions.database.map { try ConnectionSettings.given($0, .commandLine) }
        ?? context.configuration.database
    )
    let findings = await examination.run()
    context.show(Finding.report(findings))
    return findings.contains { $0.severity == .bad } ? .failed : .done
  }
}

/// One thing that was looked at.
struct Finding: Sendable {
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

  static func report(_ findings: [Finding]) -> Report {
    var table = Table([.text(""), .text("what"), .flexible("finding")])
    for finding in findings {
      let mark = finding.severity == .good ? "ok" : finding.severity.rawValue
      table.add(mark, finding.subject, finding.text)
    }
    let advice = findings.compactMap { finding in
      finding.advice.map { "\(finding.subject): \($0)" }
    }
    return Report(
      blocks: [.table(table)] + (advice.isEmpty ? [] : [.heading("What to do"), .list(advice)]),
      json: [
        "event": "result",
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
}
