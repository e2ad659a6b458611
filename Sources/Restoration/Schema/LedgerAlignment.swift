internal import Postgres
internal import Problems
internal import Snapshot

/// Keeps the ledger true when a restore moves a schema to another time.
///
/// This is the one place of the module that knows the ledger's table `drydock.events`: events are
/// appended at the position after the last, and the last event of a version says whether it is
/// applied. What the ledger means is said by the module that owns it. Its view is not used, since
/// the transfer settings forbid views.
struct LedgerAlignment {
  private static let latest = """
    (SELECT DISTINCT ON (version) *, finished IS NOT NULL AND kind NOT IN ('undone', 'set-back')
      AS is_applied FROM drydock.events ORDER BY version, position DESC) latest
    """

  let connection: Connection

  /// The patches that are applied now; nil where the database has no ledger.
  func applied() throws -> [PlannedPatch]? {
    let exists = try connection.execute(
      "SELECT pg_catalog.to_regclass('drydock.events') IS NOT NULL"
    )
    guard exists.bool else { return nil }
    return try connection.execute(
      "SELECT version, name, normalised_hash FROM \(Self.latest) WHERE is_applied ORDER BY position"
    ).map { row in
      PlannedPatch(
        version: row.string("version"),
        name: row.string("name"),
        hash: row.string("normalised_hash")
      )
    }
  }

  /// Holds off every runner until the transaction ends, or gives up after `lock_timeout`.
  ///
  /// It is the runners' own lock, and it comes before the locks on tables: a runner that holds it
  /// may wait for a table.
  func lock() throws {
    try connection.query("SELECT pg_catalog.pg_advisory_xact_lock($1)", [Parameter(Self.runnerKey)])
  }

  /// The key of the runners' lock: the letters of "drydock" as a number.
  private static let runnerKey = 0x64_7279_646f_636b

  /// Appends events until exactly the patches of `target` count as applied, as far as they are the
  /// database's or those of the tenant in `schema`: other tenants' schemas stay where they are.
  ///
  /// Of a repeatable patch only that counts whose text is known to be the same: else it is set back,
  /// which lets it run again.
  ///
  /// Returns versions of `target` that this ledger has never seen: they stay unknown to it.
  func align(
    _ schema: String,
    to target: [Manifest.LedgerEntry],
    reason: String
  ) throws -> [String] {
    let applied = try (applied() ?? []).filter { $0.key.concerns(schema) }
    let gone = applied.filter { !$0.isPart(of: target) }.map(\.version).sorted()
    let back = Set(target.map(\.version)).subtracting(applied.map(\.version))
      .filter { LedgerKey($0).concerns(schema) && !LedgerKey($0).isRepeatable }.sorted()
    if !gone.isEmpty { try append("set-back", gone, reason) }
    guard !back.isEmpty else { return [] }
    let known = Set(
      try connection.execute("SELECT DISTINCT version FROM drydock.events").map { $0[0] ?? "" }
    )
    let returning = back.filter { known.contains($0) }
    if !returning.isEmpty { try append("applied", returning, reason) }
    return back.filter { !known.contains($0) }
  }

  private func append(_ kind: String, _ versions: [String], _ reason: String) throws {
    let list = versions.map { SQL.literal($0) }.joined(separator: ", ")
    do {
      try insert(kind, list, reason)
    } catch let error as PostgresError where error.sqlState == "23505" {
      throw Problem(
        .busy,
        code: "restore.ledger-moved",
        "somebody wrote to the ledger meanwhile",
        hint: "Look at drydock status, and run the command again.",
        isRetryable: true
      )
    }
  }

  private func insert(_ kind: String, _ list: String, _ reason: String) throws {
    try connection.query(
      """
      INSERT INTO drydock.events (position, kind, version, name, exact_hash, normalised_hash,
        tool_version, finished, seconds, reason)
      SELECT (SELECT pg_catalog.max(position) FROM drydock.events)
          + pg_catalog.row_number() OVER (ORDER BY ran.position NULLS FIRST, latest.position),
        $1, version, name, exact_hash, normalised_hash, tool_version,
        pg_catalog.clock_timestamp(), 0, $2
      FROM \(Self.latest) LEFT JOIN (
        SELECT version AS patch, pg_catalog.max(position) AS position FROM drydock.events
        WHERE kind = 'applied' GROUP BY version) ran ON ran.patch = latest.version
      WHERE version IN (\(list))
      """,
      [.text(kind), .text(reason)]
    )
  }
}
