public import Arguments
internal import Postgres
internal import Reports

/// Looks at the whole set-up and says what to mend.
public struct DoctorCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "doctor"
  /// One sentence.
  public static let summary = "Check the set-up and say for each finding what to do."
  /// Paragraphs that explain it.
  public static let discussion = """
    It looks at the configuration, the database and what the role may do there, the programs, the \
    scratch, the repository with its keys and leases, space, freshness, receipts, and what was begun \
    and not ended. It changes nothing: a file that it writes into a local repository, to see whether \
    that works, is removed at once.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock doctor --database shop", "Check everything, for this database."),
    Example("drydock doctor --json", "The same for programs; exit code 1 where something is bad."),
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
