public import Arguments
internal import Catalog
internal import Migration
internal import Postgres
internal import Problems
internal import Reports
internal import Verification

/// Shows which patches a database has.
public struct StatusCommand: FleetCommand {
  /// The word that calls it.
  public static let name = "status"
  /// One sentence.
  public static let summary = "Show which patches a database has and which are pending."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock status --database shop --patches migrations", "Hold patches against ledger."),
    Example("drydock status --database shop --schema", "Also name what no patch made."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// The option that names the schema of a tenant.
  public var tenantOption = TenantSchemaOption()
  /// Whether the schema is held against what the patches make.
  public var looksAtSchema = false
  /// The options by which it works on many databases.
  public var fleet = FleetOptions()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    flag(
      "--schema",
      \.looksAtSchema,
      "Also hold the schema against what the applied patches make of an empty database."
    )
    group(\.tenantOption)
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.fleet)
    group(\.shared)
  }

  /// Shows them; damaged (4) where a patch was edited, is missing or unfinished, or the schema is
  /// not what patches made.
  public func run(in context: Context) async throws -> ExitStatus {
    guard tenantOption.tenant == nil || !looksAtSchema else { throw Self.twoViews }
    let settings = try databaseOptions.orDefault(in: context)
    let directory = try patchOptions.read(in: context)
    let state = try await context.ledger(of: settings, tenant: tenantOption.tenant)
    let plan = Plan(directory, state)
    var schema: SchemaDifference?
    var obstacle: Problem?
    if looksAtSchema {
      do {
        schema = try await self.schema(of: settings, directory, in: context)
      } catch let problem as Problem where problem.code == DriftRun.noReferenceCode {
        // How the patches stand is worth knowing all the same.
        obstacle = problem
      }
    }
    context.progress.clear()
    context.show(plan.report(directory.layout, schema, obstacle))
    let isSound = plan.items.allSatisfy {
      [.pending, .changed, .applied, .beyond, .outOfOrder].contains($0.standing)
    }
    guard isSound, schema?.isEmpty ?? true else { return .damaged }
    return obstacle.map { ExitStatus($0.kind) } ?? .done
  }

  /// A database that is named is one.
  public func namedAlone() throws -> String? {
    databaseOptions.database.map { _ in "--database" }
      ?? tenantOption.tenant.map { _ in "--tenant" }
  }

  private static let twoViews = Problem(
    .usage,
    code: "usage.status",
    "--schema looks at the whole database, --tenant at one schema of it: give one of them"
  )

  private func schema(
    of settings: ConnectionSettings,
    _ directory: PatchDirectory,
    in context: Context
  ) async throws -> SchemaDifference {
    let progress = context.progress
    let run = DriftRun(
      of: settings,
      against: .patches,
      directory: directory,
      role: nil,
      tool: ToolVersion.number,
      binaryDirectory: context.configuration.binaries,
      progress: { progress.report(.init(phase: $0)) }
    )
    return try await Lane("drydock.drift").run { try run.run().schema }
  }
}

extension Context {
  /// What a database's ledger says.
  func ledger(
    of settings: ConnectionSettings,
    tenant: String? = nil
  ) async throws -> Ledger.State {
    try await Lane("drydock.ledger").run {
      do {
        let connection = try Connection.openForOwnQueries(settings)
        if let tenant { try TenantSchema.require(tenant, connection) }
        return try Ledger.read(connection, tenant: tenant)
      } catch let error as PostgresError {
        var problem = error.problem("cannot read the ledger of \(settings)")
        problem.hint = problem.hint ?? "Nothing was changed: correct the cause, and try again."
        throw problem
      }
    }
  }
}

extension Plan {
  /// The patches with their standing, whose layout their files have where it is another tool's, and
  /// what of the schema no patch made, or why that cannot be said.
  func report(
    _ layout: PatchLayout,
    _ schema: SchemaDifference?,
    _ obstacle: Problem? = nil
  ) -> Report {
    var table = Table([
      .text("version"), .flexible("patch"), .text("standing"), .text("applied"), .text("by"),
    ])
    for item in items {
      table.add(
        "\(item.version)",
        item.name,
        item.standing.rawValue,
        String((item.event?.finished ?? "").prefix(19)),
        item.event?.performedBy ?? ""
      )
    }
    let note: [Report.Block] =
      layout == .drydock
      ? [] : [.paragraph("The files are laid out as \(layout.rawValue) does it.")]
    return Report(
      blocks: note + [items.isEmpty ? .paragraph("There are no patches.") : .table(table)]
        + (schema?.standingBlocks ?? []) + (obstacle.map(Self.words) ?? []),
      json: [
        "event": "result", "layout": .string(layout.rawValue),
        "patches": .array(items.map(\.json)), "schema": schema?.standingJSON ?? .null,
        "schema_error": JSONValue(obstacle?.summary),
      ],
      brief: brief
    )
  }

  /// How many patches stand how: `3 applied, 1 pending`.
  private var brief: String {
    var counts: [(standing: String, count: Int)] = []
    for word in items.map(\.standing.rawValue) {
      if let known = counts.firstIndex(where: { $0.standing == word }) {
        counts[known].count += 1
      } else {
        counts.append((word, 1))
      }
    }
    guard !counts.isEmpty else { return "no patches" }
    return counts.map { "\(Quantity.count($0.count)) \($0.standing)" }.joined(separator: ", ")
  }

  private static func words(_ obstacle: Problem) -> [Report.Block] {
    [
      .paragraph("The schema was not compared: \(obstacle.summary).", role: .bad),
      .list([obstacle.reason, obstacle.hint].compactMap { $0 }),
    ]
  }
}

extension Plan.Item {
  fileprivate var json: JSONValue {
    [
      "version": .string("\(version)"), "name": .string(name),
      "standing": .string(standing.rawValue), "finished": JSONValue(event?.finished),
      "receipt": JSONValue(event?.receipt),
    ]
  }
}

extension SchemaDifference {
  /// What the database has and lacks, seen from the patches.
  fileprivate var standingBlocks: [Report.Block] {
    guard !isEmpty else {
      return [.paragraph("The schema is what the applied patches make.", role: .good)]
    }
    let groups = [
      ("Unknown in the database: no patch made it", added.map(\.object)),
      ("Missing in the database: a patch made it", removed.map(\.object)),
      ("Other than the patches made it", changed.map(\.object)),
    ]
    return groups.filter { !$0.1.isEmpty }.flatMap { heading, objects in
      [.heading(heading), .list(objects.map(\.description))]
    } + [.paragraph("drydock drift shows how they differ.")]
  }

  fileprivate var standingJSON: JSONValue {
    [
      "unknown": .array(added.map { .string("\($0.object)") }),
      "missing": .array(removed.map { .string("\($0.object)") }),
      "different": .array(changed.map { .string("\($0.object)") }),
    ]
  }
}
