public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Reports

/// Declares patches applied without running them.
public struct BaselineCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "baseline"
  /// One sentence.
  public static let summary =
    "Record patches as applied without running them, also from another tool's ledger."
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock baseline 0007 --database shop --because 'taken over from scripts run by hand'",
      "Record all patches up to 0007 as applied."
    ),
    Example(
      "drydock baseline --from flyway --database shop --patches db/migration --dry-run",
      "Show what would be taken over from Flyway's own ledger."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// What is recorded, and where.
  public var ledger = LedgerOptions()
  /// The last version that the database has.
  public var version: String?
  /// The tool whose ledger says what the database has.
  public var tool: AdoptedTool?
  /// The table of that ledger.
  public var table: String?
  /// Whether it is only shown.
  public var isDryRun = false

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional(
      "version",
      \.version,
      "The last patch that the database has already.",
      completion: .versions
    )
    option("--from", \.tool, value: "TOOL", "Take over the ledger of this tool.")
    option(
      "--table",
      \.table,
      value: "NAME",
      "The table of that ledger, where it has another name."
    )
    flag("--dry-run", \.isDryRun, "Show what would be recorded, and stop.")
    group(\.ledger)
    group(\.shared)
  }

  /// Records them.
  public func run(in context: Context) async throws -> ExitStatus {
    switch (version, tool) {
    case (let version?, nil): return try await record(upTo: version, in: context)
    case (nil, let tool?): return try await adopt(from: tool.layout, in: context)
    default:
      throw Problem(
        .usage,
        code: "usage.baseline",
        "A baseline needs the last version, or --from and the tool whose ledger knows it",
        hint: "drydock baseline 0007 ..., or drydock baseline --from flyway ..."
      )
    }
  }

  private func record(upTo version: String, in context: Context) async throws -> ExitStatus {
    let last = try PatchVersion.read(version)
    guard !isDryRun else { return try await show(upTo: last, in: context) }
    return try await ledger.record(in: context) { directory, held in
      let patches = try Self.missing(upTo: last, directory, held.state)
      try held.baseline(patches, because: try ledger.because)
      return patches.map(\.file)
    }
  }

  /// What would be recorded; the ledger is only read, for a dry run makes no table either.
  private func show(upTo last: Version, in context: Context) async throws -> ExitStatus {
    let directory = try ledger.patchOptions.read(in: context)
    let settings = try ledger.databaseOptions.explicit(in: context)
    let state = try await context.ledger(of: settings, tenant: ledger.tenantOption.tenant)
    let patches = try Self.missing(upTo: last, directory, state)
    context.show(LedgerOptions.report(patches.map(\.file), wasRecorded: false))
    return .done
  }

  private static func missing(
    upTo last: Version,
    _ directory: PatchDirectory,
    _ state: Ledger.State
  ) throws -> [Patch] {
    guard directory[last] != nil else { throw LedgerOptions.unknown(last, directory) }
    return directory.patches.filter {
      $0.version <= last && state[$0.version]?.isApplied != true
    }
  }

  private func adopt(from tool: PatchLayout, in context: Context) async throws -> ExitStatus {
    let settings = try ledger.databaseOptions.explicit(in: context)
    let directory = try ledger.patchOptions.read(in: context)
    let reason = ledger.reason ?? "taken over from \(tool.rawValue)"
    let runner = ledger.runner(settings)
    let adoption = try await runner.onOwnLane {
      [table, isDryRun, tenant = ledger.tenantOption.tenant] runner in
      guard !isDryRun else {
        do {
          let connection = try Connection.openForOwnQueries(settings)
          let state = try Ledger.read(connection, tenant: tenant)
          return try Adoption(from: tool, directory, state, table: table, connection)
        } catch let error as PostgresError {
          throw error.problem("cannot look at \(settings)")
        }
      }
      return try runner.hold { held in
        let adoption = try held.adoption(from: tool, directory, table: table)
        try adoption.requireSound()
        try held.baseline(adoption.patches, because: reason)
        return adoption
      }
    }
    try adoption.requireSound()
    context.show(adoption.report(wasRecorded: !isDryRun))
    return .done
  }
}
