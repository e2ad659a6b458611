public import Arguments
internal import Bytes
internal import Migration
internal import Postgres
internal import Problems
internal import Reports

/// The options of commands that write into the ledger without running a patch.
public struct LedgerOptions: ArgumentGroup, Equatable {
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// The option that names the schema of a tenant.
  public var tenantOption = TenantSchemaOption()
  /// Why; the ledger keeps it.
  public var reason: String?

  /// Makes the options with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    option("--because", \.reason, value: "TEXT", "Why; the ledger keeps it.")
    group(\.tenantOption)
    group(\.databaseOptions)
    group(\.patchOptions)
  }

  /// The reason, which must be given.
  var because: String {
    get throws {
      if let reason, !reason.isEmpty { return reason }
      throw Problem(
        .usage,
        code: "usage.no-reason",
        "The ledger needs a reason",
        hint: "Give --because 'why this is true without running the patch'."
      )
    }
  }

  /// A runner on the database, for the tenant that was named.
  func runner(_ settings: ConnectionSettings) -> Runner {
    var options = Runner.Options(toolVersion: ToolVersion.number)
    options.tenant = tenantOption.tenant
    return Runner(settings, options)
  }

  /// Writes under the runner's lock and shows what was recorded, as the body names it.
  func record(
    in context: Context,
    _ body: @escaping @Sendable (PatchDirectory, HeldRunner) throws -> [String]
  ) async throws -> ExitStatus {
    _ = try because
    let settings = try databaseOptions.explicit(in: context)
    let directory = try patchOptions.read(in: context)
    let files = try await runner(settings).onOwnLane { runner in
      try runner.hold { try body(directory, $0) }
    }
    context.show(Self.report(files, wasRecorded: true))
    return .done
  }

  /// What was recorded, or would be.
  static func report(_ files: [String], wasRecorded: Bool) -> Report {
    let words = wasRecorded ? "These were recorded:" : "These would be recorded:"
    return Report(
      blocks: files.isEmpty
        ? [.paragraph("Nothing is to be recorded.")] : [.paragraph(words), .list(files)],
      json: [
        "event": "result", "is_recorded": .boolean(wasRecorded),
        "recorded": .array(files.map { .string($0) }),
      ]
    )
  }

  static func unknown(_ version: Version, _ directory: PatchDirectory) -> Problem {
    Problem(
      .usage,
      code: "usage.unknown-patch",
      "There is no patch \(version) in \(directory.path)",
      hint: Context.question(
        Spelling.near("\(version)", in: directory.patches.map { "\($0.version)" })
      ) + "drydock status lists the patches."
    )
  }
}
