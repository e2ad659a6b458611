internal import Catalog
internal import FoundationEssentials
internal import Postgres
internal import Threads

/// What the server's WAL summaries say of a database since a horizon.
///
/// PostgreSQL 17 and later with `summarize_wal = on` writes down which blocks the log touches; any
/// role may read it (manual, 30.7 and 9.28.6 "WAL Summarization Information Functions"). A summary
/// ends at a checkpoint: without one the newest changes are in none.
struct ChangeSummary: Sendable, Equatable {
  /// A relation's file.
  struct File: Sendable, Hashable {
    /// The oid of its tablespace.
    let tablespace: Int
    /// Its file node.
    let fileNode: Int
  }

  /// What is known of a file.
  struct Change: Sendable, Equatable {
    /// Whether it was created, truncated or removed: then its list of blocks is not all.
    let hasLimit: Bool
    /// The blocks that the log touches.
    let blocks: PageSet
  }

  /// What came of reading summaries.
  enum Outcome: Sendable, Equatable {
    /// They reach from the horizon to the snapshot.
    case covers(ChangeSummary)
    /// They do not; why.
    case falls(short: String)
  }

  /// Every file of the database that the log touches.
  let changes: [File: Change]
  /// Whether the database itself was created or moved.
  let hasDatabaseChange: Bool

  /// What changed in a file's first fork.
  func answer(_ file: File, omitted: Set<Precaution>) -> PageCheck.Answer {
    if hasDatabaseChange && !omitted.contains(.databaseFile) {
      return .whole("the database was created or moved since the last snapshot")
    }
    guard let change = changes[file] else { return .pages(.empty) }
    if change.hasLimit && !omitted.contains(.limitBlocks) {
      return .whole("it was truncated since the last snapshot")
    }
    return .pages(change.blocks)
  }

  /// Reads the summaries, once they reach up to the snapshot.
  ///
  /// - Parameters:
  ///   - request: from where to where, and how to get there.
  ///   - observer: a session outside any transaction.
  ///   - wait: seconds to wait for the summarizer.
  /// - Returns: the summary, or why there is none.
  /// - Throws: `PostgresError` when the server fails.
  static func read(
    _ request: PageSource.Request,
    on observer: Connection,
    wait: Double
  ) throws -> Outcome {
    guard observer.serverMajor >= 17 else {
      return .falls(short: "PostgreSQL \(observer.serverMajor) has no WAL summaries")
    }
    guard try observer.execute("SELECT pg_catalog.current_setting('summarize_wal')::bool").bool
    else { return .falls(short: "summarize_wal is off") }
    if request.checkpoint == .force {
      guard try observer.execute("CHECKPOINT", expecting: ["42501"]) else {
        return .falls(short: "the role may not ask for a checkpoint (pg_checkpoint)")
      }
    }
    let deadline = ContinuousClock.now + .seconds(wait)
    while true {
      let spans = try available(request, observer)
      guard let gap = Span.gap(in: spans, request) else {
        return try contents(spans, request, observer)
      }
      guard ContinuousClock.now < deadline else { return .falls(short: gap) }
      Pause.blocking(.milliseconds(20))
    }
  }

  /// The part of the log that one summary is about.
  struct Span: Sendable, Equatable {
    let start: LSN
    let end: LSN

    /// Where summaries, in order, leave a gap between the horizon and the snapshot; nil if nowhere.
    static func gap(in spans: [Span], _ request: PageSource.Request) -> String? {
      if request.omitted.contains(.contiguousSummaries) { return nil }
      var reached = request.horizon
      for span in spans {
        guard span.start <= reached else { break }
        reached = max(reached, span.end)
      }
      return reached >= request.insert
        ? nil : "the WAL summaries reach only to \(reached), the snapshot is at \(request.insert)"
    }
  }

  private static func available(
    _ request: PageSource.Request,
    _ observer: Connection
  ) throws -> [Span] {
    try observer.query(
      """
      SELECT start_lsn, end_lsn FROM pg_catalog.pg_available_wal_summaries()
      WHERE tli = $1::bigint AND end_lsn > $2::pg_catalog.pg_lsn ORDER BY start_lsn, end_lsn
      """,
      [Parameter(request.timeline), .text(request.horizon.description)]
    ).map { row in
      guard let start = LSN(row.string("start_lsn")), let end = LSN(row.string("end_lsn")) else {
        throw PostgresError(message: "a WAL summary has no readable place")
      }
      return Span(start: start, end: end)
    }
  }

  /// One query for all files of the database; blocks arrive as ranges.
  private static func contents(
    _ spans: [Span],
    _ request: PageSource.Request,
    _ observer: Connection
  ) throws -> Outcome {
    let rows: Rows
    do {
      rows = try observer.query(
        contentQuery,
        [
          Parameter(request.timeline), Parameter(request.databaseOid),
          .text(list(spans.map(\.start))), .text(list(spans.map(\.end))),
        ]
      )
    } catch {
      guard error.sqlState?.hasPrefix("58") == true else { throw error }
      // The server removes old summaries at any moment (`wal_summary_keep_time`).
      return .falls(short: "a WAL summary is gone: \(error.reason)")
    }
    var changes: [File: Change] = [:]
    var hasDatabaseChange = false
    for row in rows {
      let file = File(tablespace: row.int("reltablespace"), fileNode: row.int("relfilenode"))
      guard let blocks = PageSet(multirange: row["blocks"] ?? "{}") else {
        throw PostgresError(message: "a WAL summary names blocks that are not readable")
      }
      hasDatabaseChange = hasDatabaseChange || file.fileNode == 0
      changes[file] = Change(hasLimit: row.bool("has_limit"), blocks: blocks)
    }
    return .covers(ChangeSummary(changes: changes, hasDatabaseChange: hasDatabaseChange))
  }

  private static func list(_ places: [LSN]) -> String {
    "{\(places.map(\.description).joined(separator: ","))}"
  }

  private static let contentQuery = """
    SELECT c.reltablespace, c.relfilenode, pg_catalog.bool_or(c.is_limit_block) AS has_limit,
      pg_catalog.range_agg(pg_catalog.int8range(c.relblocknumber, c.relblocknumber + 1))
        FILTER (WHERE NOT c.is_limit_block) AS blocks
    FROM ROWS FROM (
      pg_catalog.unnest($3::pg_catalog.pg_lsn[]), pg_catalog.unnest($4::pg_catalog.pg_lsn[])
    ) s(start_lsn, end_lsn)
    CROSS JOIN LATERAL
      pg_catalog.pg_wal_summary_contents($1::bigint, s.start_lsn, s.end_lsn) c
    WHERE c.reldatabase = $2::pg_catalog.oid AND c.relforknumber = 0
    GROUP BY c.reltablespace, c.relfilenode
    """
}
