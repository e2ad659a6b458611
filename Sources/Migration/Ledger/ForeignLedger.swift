internal import Postgres
internal import Problems

/// The ledger of another tool in a database, read and never written.
struct ForeignLedger {
  /// One patch that the other tool has applied.
  struct Entry {
    /// Its version here; nil where the tool names none that a file could have.
    var version: Version?
    /// What the tool calls it.
    var name: String
    /// The checksum that it kept of the script.
    var checksum: Int32?
  }

  /// The patches that it has applied, in its order.
  var entries: [Entry] = []
  /// Whether it says only how far it has come, so that all versions before the last are meant.
  var meansAllBefore = false
  /// A version up to which another history had brought the database before the tool came.
  var baseline: Version?
  /// Why nothing can be taken over.
  var problems: [Problem] = []
  /// The table, quoted as SQL.
  let table: String

  /// The tools with a ledger of their own, and the name of its table.
  static let tables: [PatchLayout: String] = [
    .flyway: "flyway_schema_history", .golangMigrate: "schema_migrations",
    .dbmate: "schema_migrations", .goose: "goose_db_version", .sqitch: "changes",
    .diesel: "__diesel_schema_migrations",
  ]

  /// Reads the ledger of a tool.
  ///
  /// - Parameters:
  ///   - tool: Whose ledger.
  ///   - project: Sqitch's project, where a plan names one.
  ///   - given: The table as SQL; searched for when nil.
  ///   - connection: A connection to the database.
  /// - Returns: What it says.
  /// - Throws: A `Problem` when there is none, or more than one.
  static func read(
    _ tool: PatchLayout,
    project: String?,
    table given: String?,
    _ connection: Connection
  ) throws -> ForeignLedger {
    var ledger = ForeignLedger(table: try given ?? find(tool, connection))
    switch tool {
    case .drydock: break
    case .flyway: try ledger.readFlyway(connection)
    case .golangMigrate: try ledger.readGolangMigrate(connection)
    case .dbmate, .diesel: try ledger.readList(tool, connection)
    case .goose: try ledger.readGoose(connection)
    case .sqitch: try ledger.readSqitch(project, connection)
    }
    return ledger
  }

  private init(table: String) { self.table = table }

  private static func find(_ tool: PatchLayout, _ connection: Connection) throws -> String {
    // golang-migrate and dbmate call their tables alike; only the first keeps a column `dirty`.
    let rows = try connection.query(
      """
      SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS name
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname = $1 AND c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
        AND n.nspname NOT IN ('information_schema', 'drydock')
        AND ($2 = '' OR n.nspname = $2)
        AND ($3 = '' OR ($3 = 't') = EXISTS (SELECT 1 FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attname = 'dirty' AND NOT a.attisdropped))
      ORDER BY 1
      """,
      [
        .text(tables[tool] ?? ""), .text(tool == .sqitch ? "sqitch" : ""),
        .text(tool == .golangMigrate ? "t" : tool == .dbmate ? "f" : ""),
      ]
    ).map { $0.string("name") }
    guard rows.count <= 1 else {
      throw Problem(
        .refused,
        code: "baseline.many-ledgers",
        "there are \(rows.count) ledgers of \(tool.rawValue) in this database",
        facts: rows.map { Problem.Fact("table", $0) },
        hint: "Say which with --table SCHEMA.TABLE."
      )
    }
    guard let table = rows.first else {
      throw Problem(
        .refused,
        code: "baseline.no-ledger",
        "there is no ledger of \(tool.rawValue) in this database",
        reason: "no schema has its table \(tables[tool] ?? "")",
        hint: "Is it the right database? Where the table has another name: --table SCHEMA.TABLE."
      )
    }
    return table
  }

  // MARK: The tools

  /// Every row is an event; a success adds or takes back, a failure is for Flyway to repair.
  private mutating func readFlyway(_ connection: Connection) throws {
    let rows = try connection.execute(
      "SELECT version, description, type, script, checksum, success FROM \(table)"
        + " ORDER BY installed_rank"
    )
    for row in rows {
      let version = row["version"].flatMap { Version($0) }
      guard row.bool("success") else {
        problems.append(
          Self.refusal(
            "baseline.failed-migration",
            "Flyway has \(row.string("script")) as failed",
            "Bring it to its end or back by hand, and run 'flyway repair'; then take it over."
          )
        )
        continue
      }
      switch row.string("type") {
      case "SCHEMA": continue
      case "BASELINE": baseline = version
      case "DELETE", "UNDO_SQL", "UNDO_JDBC", "UNDO_SCRIPT":
        // A repeatable migration has no version there; its script is what the row names.
        let script = row.string("script")
        entries.removeAll { version == nil ? $0.name == script : $0.version == version }
      default:
        let name = row.string("script").split(separator: "/").last.map(String.init) ?? ""
        let entry = Entry(
          version: version ?? Version(name.hasSuffix(".sql") ? String(name.dropLast(4)) : name),
          name: row.string("script"),
          checksum: row["checksum"].flatMap { Int32($0) }
        )
        entries.removeAll { $0.version == entry.version }
        entries.append(entry)
      }
    }
  }

  private mutating func readGolangMigrate(_ connection: Connection) throws {
    meansAllBefore = true
    for row in try connection.execute("SELECT version, dirty FROM \(table)") {
      let version = row.string("version")
      if row.bool("dirty") {
        problems.append(
          Self.refusal(
            "baseline.dirty",
            "golang-migrate has version \(version) as dirty: it failed in its middle",
            "Find out what of it is in the database, bring it to its end or back, and say so with"
              + " 'migrate force VERSION'; then take it over."
          )
        )
      }
      entries.append(Entry(version: Version(version), name: version))
    }
  }

  private mutating func readList(_ tool: PatchLayout, _ connection: Connection) throws {
    entries = try connection.execute("SELECT version FROM \(table) ORDER BY version").map { row in
      let text = row.string("version")
      return Entry(
        version: tool == .diesel ? DieselLayout.version(text) : Version(text),
        name: text
      )
    }
  }

  /// The last row of a version says whether it is applied; version 0 only began the table.
  private mutating func readGoose(_ connection: Connection) throws {
    let rows = try connection.execute(
      "SELECT version_id FROM (SELECT DISTINCT ON (version_id) version_id, is_applied"
        + " FROM \(table) ORDER BY version_id, id DESC) latest"
        + " WHERE is_applied AND version_id <> 0 ORDER BY version_id"
    )
    entries = rows.map { row in
      Entry(version: Version(row.string("version_id")), name: row.string("version_id"))
    }
  }

  /// Changes in the order of the plan: their places in it are their versions.
  private mutating func readSqitch(_ project: String?, _ connection: Connection) throws {
    let rows = try connection.query(
      "SELECT change FROM \(table) WHERE $1 = '' OR project = $1 ORDER BY committed_at, planned_at",
      [.text(project ?? "")]
    )
    entries = rows.enumerated().map { index, row in
      Entry(version: Version("\(index + 1)"), name: row.string("change"))
    }
  }

  private static func refusal(_ code: String, _ summary: String, _ hint: String) -> Problem {
    Problem(.refused, code: code, summary, hint: hint)
  }
}
