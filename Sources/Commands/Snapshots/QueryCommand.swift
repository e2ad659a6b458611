public import Arguments
internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Reports
internal import Repository
internal import Restoration
internal import Snapshot

/// Runs a query on a snapshot.
public struct QueryCommand: RunnableCommand {
  /// The word that calls it.
  public static let name = "query"
  /// One sentence.
  public static let summary = "Run a query on a snapshot, of which only what it reads is restored."
  /// What it does and does not see.
  public static let discussion = """
    The tables that the query reads, also through views and partitions, are restored into a private \
    scratch server, which goes afterwards. Where it calls a function whose text only runs (PL/pgSQL, \
    for example) nobody can know what that reads, and all tables are restored. Row security does not \
    apply. Large objects are there with --everything only. An imported dump is loaded as a whole, \
    its author's code included, on a server without a network.
    """
  /// Command lines worth copying.
  public static let examples = [
    Example(
      "drydock query @2026-01-30T02:00Z 'SELECT * FROM orders WHERE id = 4711'",
      "How a row was that night."
    ),
    Example(
      "drydock query latest 'TABLE customers' --csv > customers.csv",
      "A table as CSV."
    ),
    Example(
      "drydock query latest --shell --table 'public.orders*'",
      "Look around in some tables with psql."
    ),
  ]

  /// The options of every command.
  public var shared = SharedOptions()
  /// Which snapshot.
  public var snapshot = ""
  /// The query.
  public var query: String?
  /// Whether psql is started instead.
  public var isShell = false
  /// Which database of a dump.
  public var database: String?
  /// The tables for psql.
  public var tables: [String] = []
  /// Whether the result is written as CSV.
  public var isCSV = false
  /// Whether everything is restored.
  public var isEverything = false
  /// Connections that restore at the same time.
  public var jobs: Int?

  /// Makes the command with every default.
  public init() {}

  /// Which words of a command line set which property.
  public static var arguments: [Argument<Self>] {
    positional("snapshot", \.snapshot, "latest, an id, k=v, or @time.", completion: .snapshots)
    positional("sql", \.query, "One SELECT, VALUES, TABLE or WITH; none with --shell.")
    flag("--shell", \.isShell, "Start psql on everything, or on the tables of --table.")
    option(
      "--table",
      \.tables,
      value: "PATTERN",
      "With --shell: only tables that match.",
      completion: .tables
    )
    option(
      "--database",
      \.database,
      value: "NAME",
      "Of an imported dump with several databases: the one to ask.",
      completion: .databases
    )
    flag("--csv", \.isCSV, "Write CSV with a heading line, as COPY does.")
    flag("--everything", \.isEverything, "Restore all tables and large objects.")
    option("--jobs", \.jobs, value: "N", "Connections that restore at the same time (default 2).")
    group(\.shared)
  }

  /// Restores what is needed, asks, and takes the server away again.
  public func run(in context: Context) async throws -> ExitStatus {
    if isCSV && context.isJSON {
      throw Problem(.usage, code: "usage.csv", "--csv and --json are two forms of one result")
    }
    let repository = try await context.openRepository()
    let content = try await context.snapshot(snapshot, of: nil, in: repository)
    try requireOneWay()
    if let dump = content.manifest.dump { return try await run(on: dump, content, context) }
    try requireNoDatabase()
    let options = options(in: context)
    let lane = Lane("drydock.query")
    let scratch = try await lane.run {
      try QueryScratch.start(of: content, options: options) { context.progress.report($0.report) }
    }
    do {
      if isShell {
        let loaded = try await scratch.load(tables: tables)
        context.progress.clear()
        tell(loaded, of: content, context)
        try await open(try scratch.shell(prompt: Self.prompt(content)), lane)
      } else {
        let loaded = try await scratch.load(for: statement, everything: isEverything)
        context.progress.clear()
        tell(loaded, of: content, context)
        try await lane.run { [self] in
          try answer(scratch.settings, restored: loaded.tables, content, context)
        }
      }
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? await lane.run { try scratch.remove() }
      throw error
    }
    try await lane.run { try scratch.remove() }
    return .done
  }

  /// The query without the semicolon that people end it with.
  var statement: String {
    let text = (query ?? "").trimmed
    return text.hasSuffix(";") ? String(text.dropLast()) : text
  }

  func tell(_ loaded: QueryScratch.Loaded, of content: SnapshotContent, _ context: Context) {
    if let function = loaded.opaque.first {
      context.note("All tables were restored, since nobody can know what \(function) reads.")
    }
    let rows = Quantity.count(loaded.rows, "row", "rows")
    let tables = Quantity.count(loaded.tables.count, "table", "tables")
    let manifest = content.manifest
    context.note(
      "\(manifest.database.name) as of \(manifest.taken.prefix(19))Z (\(content.name.shortID)); "
        + "restored \(rows) of \(tables)"
    )
  }

  /// Asks as a role that may only read, in a transaction that only reads.
  func answer(
    _ settings: ConnectionSettings,
    restored tables: [String],
    _ content: SnapshotContent,
    _ context: Context
  ) throws {
    let connection = try Connection.open(settings)
    do {
      try connection.transaction("READ ONLY") {
        if isCSV {
          let output = context.world.output
          try connection.copyOut("COPY (\n\(statement)\n) TO STDOUT (FORMAT csv, HEADER)") { line in
            var bytes: [UInt8] = []
            bytes.append(line)
            output.write(bytes: bytes)
            try output.check()
          }
        } else {
          let rows = try connection.query(statement, [])
          context.show(Self.report(rows, tables, content))
        }
      }
    } catch let error as PostgresError {
      throw error.problem("the query failed on the snapshot")
    }
  }

  private static func report(
    _ rows: Rows,
    _ restored: [String],
    _ content: SnapshotContent
  ) -> Report {
    var table = Table(rows.columns.map { .flexible($0) })
    table.rows = rows.map { row in rows.columns.indices.map { row[$0] ?? "" } }
    return Report(
      blocks: [.table(table), .paragraph(Quantity.count(rows.count, "row", "rows") + ".")],
      json: [
        "event": "result",
        "snapshot": .string(content.name.text),
        "restored": .array(restored.map { .string($0) }),
        "columns": .array(rows.columns.map { .string($0) }),
        "rows": .array(
          rows.map { row in
            .array(rows.columns.indices.map { row[$0].map { .string($0) } ?? .null })
          }
        ),
      ]
    )
  }

  func options(in context: Context) -> RestoreOptions {
    var options = RestoreOptions()
    options.jobs = max(1, jobs ?? context.configuration.jobs ?? 2)
    // Each chunk is proven by its id when it is opened; the copy is read once and goes.
    options.verifies = false
    options.binaryDirectory = context.configuration.binaries
    return options
  }
}
