public import Arguments
internal import Migration
internal import Postgres
internal import Problems
internal import Reports

/// Shows how far backfills have come, and why rows failed.
public struct BackfillStatusCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "status"
  /// One sentence.
  public static let summary = "Show how far backfills have come, and why rows failed."
  /// Command lines worth copying.
  public static let examples = [
    Example("drydock backfill status --database shop", "All backfills of the patch directory."),
    Example("drydock backfill status 0007 --errors 50 --database shop", "More error texts of one."),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// The option that names the database.
  public var databaseOptions = DatabaseOptions()
  /// Where the patches are.
  public var patchOptions = PatchOptions()
  /// The backfill; all when nil.
  public var version: String?
  /// How many distinct error texts are told.
  public var errorLimit = 10
  /// The option that names the schema of a tenant.
  public var tenantOption = TenantSchemaOption()

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("version", \.version, "The backfill (default all).", completion: .versions)
    option("--errors", \.errorLimit, value: "N", "How many different errors to show (default 10).")
    group(\.tenantOption)
    group(\.databaseOptions)
    group(\.patchOptions)
    group(\.shared)
  }

  /// Shows them; partial (8) where rows are dead.
  public func run(in context: Context) async throws -> ExitStatus {
    let settings = try databaseOptions.orDefault(in: context)
    let directory = try patchOptions.read(in: context)
    let wanted = try version.map { try PatchVersion.read($0) }
    if let wanted { _ = try directory.narrowed(wanted, where: nil, except: nil) }
    let standings = try await Lane("drydock.backfill").run {
      [errorLimit, tenant = tenantOption.tenant] in
      do {
        let connection = try Connection.open(settings)
        if let tenant { try TenantSchema.enter(tenant, connection) }
        let state = try Ledger.read(connection, tenant: tenant)
        return try Self.read(directory, state, wanted, max(1, errorLimit), connection)
      } catch let error as PostgresError {
        throw error.problem("cannot look at the backfills of \(settings)")
      }
    }
    context.show(BackfillStanding.report(standings))
    return standings.allSatisfy { $0.status.dead == 0 } ? .done : .partial
  }

  private static func read(
    _ directory: PatchDirectory,
    _ state: Ledger.State,
    _ wanted: Version?,
    _ limit: Int,
    _ connection: Connection
  ) throws -> [BackfillStanding] {
    let items = Plan(directory, state).items.filter { $0.patch?.script.backfill != nil }
    return try items.filter { wanted == nil || $0.version == wanted }.compactMap { item in
      guard let patch = item.patch else { return nil }
      let status = try BackfillStatus.read(patch, state[item.version], limit: limit, connection)
      return BackfillStanding(item: item, status: status)
    }
  }
}

/// A backfill of the plan, with how far it has come.
struct BackfillStanding: Sendable {
  let item: Plan.Item
  let status: BackfillStatus

  /// All of them, and what their rows failed with.
  static func report(_ standings: [BackfillStanding]) -> Report {
    guard !standings.isEmpty else {
      return Report(
        blocks: [.paragraph("There are no backfills.")],
        json: ["event": "result", "backfills": .array([])]
      )
    }
    var table = Table([
      .text("version"), .flexible("backfill"), .text("standing"), .number("rows done"),
      .number("left"), .text("may take"), .number("longest batch"), .number("memory"),
      .number("dead"),
    ])
    for standing in standings { standing.add(to: &table) }
    return Report(
      blocks: [.table(table)] + standings.flatMap(\.failureBlocks),
      json: ["event": "result", "backfills": .array(standings.map(\.json))]
    )
  }

  private func add(to table: inout Table) {
    table.add(
      "\(item.version)",
      item.name,
      item.standing.rawValue,
      Quantity.count(status.totals.rows),
      status.left.map { "about \(Quantity.count($0))" } ?? "",
      remaining,
      status.totals.batches > 0 ? Quantity.duration(.seconds(status.totals.longest)) : "",
      status.totals.peakBytes.map { Quantity.bytes($0) } ?? "",
      Quantity.count(status.dead)
    )
  }

  private var remaining: String {
    guard let range = status.remaining, range.upperBound > 0 else { return "" }
    return Quantity.duration(.seconds(range.lowerBound)) + " to "
      + Quantity.duration(.seconds(range.upperBound))
  }

  private var failureBlocks: [Report.Block] {
    guard status.dead > 0 else { return [] }
    var table = Table([
      .number("rows"), .text("SQLSTATE"), .flexible("error"), .text("one of them"),
    ])
    for failure in status.failures {
      table.add(
        Quantity.count(failure.count),
        failure.sqlState ?? "",
        failure.message,
        failure.example.joined(separator: ", ")
      )
    }
    let hidden = status.texts - status.failures.count
    let rest = hidden > 0 ? " \(Quantity.count(hidden, "error", "errors")) more: --errors N." : ""
    return [
      .heading("Rows of \(item.name) that failed alone"), .table(table),
      .paragraph("Try them again with: drydock backfill replay \(item.version).\(rest)"),
    ]
  }

  private var json: JSONValue {
    [
      "version": .string("\(item.version)"), "name": .string(item.name),
      "standing": .string(item.standing.rawValue), "batches": JSONValue(status.totals.batches),
      "rows": JSONValue(status.totals.rows), "seconds": .number(status.totals.seconds),
      "longest_seconds": .number(status.totals.longest),
      "peak_bytes": status.totals.peakBytes.map { JSONValue($0) } ?? .null,
      "last": JSONValue(status.last),
      "left_estimate": status.left.map { JSONValue($0) } ?? .null, "dead": JSONValue(status.dead),
      "remaining_seconds": status.remaining.map {
        .array([.number($0.lowerBound), .number($0.upperBound)])
      } ?? .null,
      "errors": .array(
        status.failures.map { failure in
          [
            "sqlstate": JSONValue(failure.sqlState), "message": .string(failure.message),
            "rows": JSONValue(failure.count),
            "example": .array(failure.example.map { .string($0) }),
          ]
        }
      ),
    ]
  }
}
