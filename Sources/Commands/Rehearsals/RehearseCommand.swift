public import Arguments
internal import Migration
internal import Postgres
internal import Rehearsal
internal import Reports

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
    Example(
      "drydock rehearse --schemas 'tenant_%' --database shop",
      "Rehearse in each of these schemas by itself; each gets its own receipt."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is rehearsed, and on what.
  public var rehearsal = RehearsalOptions()

  /// The patch that is to be taken back, instead of what is pending being applied.
  public var undoes: String?
  /// A file with an address a line, of databases that are rehearsed for one after the other.
  public var tenantFile: String?
  /// A pattern of schema names.
  public var schemas: String?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option(
      "--undo",
      \.undoes,
      value: "VERSION",
      "Rehearse the undo file of this applied patch, on a snapshot taken after it.",
      completion: .versions
    )
    option(
      "--tenants",
      \.tenantFile,
      value: "FILE",
      "A file that names one database a line; each is rehearsed on its own snapshot.",
      completion: .file
    )
    option(
      "--schemas",
      \.schemas,
      value: "PATTERN",
      "Rehearse in each schema like this: 'tenant_%'."
    )
    group(\.rehearsal)
    group(\.shared)
  }

  /// Rehearses.
  public func run(in context: Context) async throws -> ExitStatus {
    var session = try rehearsal.session(in: context)
    session.undoes = try undoes.map { try PatchVersion.read($0) }
    session.acceptServer()
    guard schemas == nil, tenantFile == nil else { return try await runEach(session, in: context) }
    let outcome = try await session.run()
    context.showToWorkflow(outcome.report)
    return outcome.verdict.isYes ? .done : .verdict
  }

  /// Rehearses for each database or schema by itself: what holds for one proves nothing for another.
  private func runEach(
    _ base: RehearsalSession,
    in context: Context
  ) async throws -> ExitStatus {
    var options = TenantOptions()
    options.databases = [rehearsal.databaseOptions.database].compactMap { $0 }
    options.file = tenantFile
    options.schemas = schemas
    let all = try await options.read(in: context)
    var run = TenantRehearsal()
    for tenant in all {
      var session = base
      session.database = tenant.settings
      session.tenant = tenant.schema
      session.siblings = all.compactMap(\.schema).filter { $0 != tenant.schema }
      await run.add(tenant) { try await session.run() }
    }
    context.progress.clear()
    context.showToWorkflow(run.report)
    return run.status
  }
}
