internal import Catalog
internal import Postgres
internal import Problems

/// One instant of a database, held open: locks first, then the snapshot, then proof that nothing
/// came between.
///
/// A snapshot that is taken before the locks sees 0 of 1,000 rows of a table that is rewritten in
/// between, without an error (tested); `LOCK TABLE` itself takes no snapshot (tested).
struct ConsistentRead: Sendable {
  /// The exported snapshot, for the workers and for `pg_dump`.
  let snapshotID: String
  /// What is to be read.
  let relations: [Relation]
  /// The types as the snapshot shows them.
  let types: TypeFingerprint
  /// The instant, by the server's clock.
  let taken: String
  /// The WAL insert position; on a standby the replay position.
  let lsn: String

  private static let attempts = 5
  private static let locksPerStatement = 500

  /// Opens the instant on `holder`, which must stay in this transaction until all is read.
  ///
  /// `observer` is another connection of the same database: it sees what the snapshot does not.
  static func open(
    on holder: Connection,
    observer: Connection,
    lockTimeout: Int,
    omitted: Set<Precaution> = []
  ) throws -> ConsistentRead {
    for _ in 0..<attempts {
      let listed = try now(observer) { try Relation.list($0) }
      try holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
      try holder.setTransferSettings(forReading: true)
      // Any query that reads takes the snapshot; done here, it comes too early.
      if omitted.contains(.locksBeforeSnapshot) { _ = try Relation.list(holder) }
      do {
        try lock(listed, on: holder, observer: observer, timeout: lockTimeout)
        if let read = try take(listed, on: holder, observer: observer, omitted) { return read }
      } catch {
        // The first error is the one to report; the server rolls back with the connection.
        _ = try? holder.execute("ROLLBACK")
        throw error
      }
      try holder.execute("ROLLBACK")
    }
    throw Problem(
      .busy,
      code: "backup.schema-moves",
      "tables were created or rewritten during each of \(attempts) attempts to take a snapshot",
      hint: "Run the backup again when migrations and table rewrites have ended.",
      isRetryable: true
    )
  }

  /// Whether types changed since the instant; if so, the text that was read may mix both states.
  func typesChanged(observer: Connection) throws -> Bool {
    try Self.now(observer) { try TypeFingerprint.read($0) } != types
  }

  /// Reads fresh catalogs under the same settings as the snapshot, so that texts can be compared:
  /// the database's own `search_path`, quoting or time limit must not matter.
  private static func now<Value>(
    _ observer: Connection,
    _ body: (Connection) throws -> Value
  ) throws -> Value {
    try observer.transaction("ISOLATION LEVEL READ COMMITTED, READ ONLY") {
      try observer.setTransferSettings(forReading: true)
      return try body(observer)
    }
  }

  private static func take(
    _ listed: [Relation],
    on holder: Connection,
    observer: Connection,
    _ omitted: Set<Precaution>
  ) throws -> ConsistentRead? {
    let snapshot = try holder.execute("SELECT pg_catalog.pg_export_snapshot()").value ?? ""
    try holder.verifyTransferSettings()
    let seen = try Relation.list(holder)
    let fresh = try now(observer) { try Relation.list($0) }
    let isSame = identity(seen) == identity(listed) && identity(fresh) == identity(listed)
    guard isSame || !omitted.isDisjoint(with: [.listedAgain, .locksBeforeSnapshot]) else {
      return nil
    }
    let position = try holder.execute(positionQuery)
    return ConsistentRead(
      snapshotID: snapshot,
      relations: seen,
      types: try TypeFingerprint.read(holder),
      taken: position[0].string("taken"),
      lsn: position[0].string("lsn")
    )
  }

  /// What must be the same before the locks, in the snapshot and now.
  ///
  /// Materialised views and sequences cannot be locked and carry no rows here, so their files may
  /// change.
  private static func identity(_ relations: [Relation]) -> [String] {
    relations.map { relation in
      let file = relation.kind == .table ? relation.fileNode ?? 0 : 0
      return "\(relation.oid) \(file) \(relation.name)"
    }
  }

  private static func lock(
    _ relations: [Relation],
    on holder: Connection,
    observer: Connection,
    timeout: Int
  ) throws {
    let tables = relations.filter { $0.kind == .table || $0.kind == .partitioned }
    try holder.execute("SET LOCAL lock_timeout = \(timeout)")
    for start in stride(from: 0, to: tables.count, by: locksPerStatement) {
      let batch = tables[start..<min(start + locksPerStatement, tables.count)]
      do {
        try holder.execute(lockStatement(batch.map(\.name)))
      } catch  where error.sqlState == "55P03" {
        throw try blocked(batch.map(\.oid), observer: observer, error: error)
      } catch  where error.sqlState == "42P01" {
        // Dropped between list and lock: the comparison afterwards would find it too.
        throw Problem(
          .busy,
          code: "backup.schema-moves",
          "a table was dropped while the snapshot was taken",
          reason: error.reason,
          hint: "Run the backup again.",
          isRetryable: true
        )
      } catch {
        throw error.problem("cannot lock the tables for reading")
      }
    }
    try holder.execute("SET LOCAL lock_timeout = 0")
  }

  /// The statement that locks tables against change of their definition, not against writers.
  static func lockStatement(_ names: [RelationName], noWait: Bool = false) -> String {
    let list = names.map { "ONLY \(SQL.identifier($0.schema, $0.name))" }
    return "LOCK TABLE \(list.joined(separator: ", ")) IN ACCESS SHARE MODE"
      + (noWait ? " NOWAIT" : "")
  }

  private static func blocked(
    _ oids: [Int],
    observer: Connection,
    error: PostgresError
  ) throws -> Problem {
    let list = "{\(oids.map(String.init).joined(separator: ","))}"
    let blockers = try observer.query(blockerQuery, [.text(list)])
    return Problem(
      .busy,
      code: "backup.lock-timeout",
      "a table is locked by somebody else",
      reason: error.reason,
      facts: blockers.map {
        Problem.Fact(
          $0.string("relation"),
          "process \($0.string("pid")) (\($0.string("usename")), \($0.string("state"))"
            + " for \($0.string("seconds")) s) holds it"
        )
      },
      hint: "Wait for that session or end it, then run the backup again.",
      isRetryable: true
    )
  }

  private static let positionQuery = """
    SELECT pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS taken,
      CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
        ELSE pg_catalog.pg_current_wal_insert_lsn() END AS lsn
    """

  private static let blockerQuery = """
    SELECT l.relation::pg_catalog.regclass::text AS relation, l.pid, a.usename, a.state,
      pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)) AS seconds
    FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND l.relation = ANY ($1::oid[])
    LIMIT 5
    """
}
