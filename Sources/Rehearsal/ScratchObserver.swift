internal import Catalog
internal import Migration
internal import Postgres

/// Watches a patch on the scratch, from inside its transaction.
///
/// Names come from a map taken before the statement: a join of `pg_locks` with `pg_class` would
/// lose what the statement dropped (tested).
final class ScratchObserver: RunObserver {
  private(set) var statements: [Observation] = []
  private(set) var changes: ChangeSet?

  private var known: [Int: TableState] = [:]
  private var current: [Int: TableState] = [:]
  private var scans: [Int: Int] = [:]
  private var wal = 0
  private var before = SchemaFingerprint()

  func willBegin(_ patch: Patch, on connection: Connection) throws {
    // Called again on a retry: what was seen of the attempt before does not count.
    statements = []
    known = try TableState.all(connection)
    current = known
    scans = try Self.scanCounts(connection)
    before = try SchemaFingerprint.read(connection)
  }

  func willRun(_ statement: Statement, on connection: Connection) throws {
    wal = try Self.walPosition(connection)
  }

  func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    var observation = Observation(
      place: statement.place,
      headline: statement.headline,
      seconds: outcome.seconds,
      rows: outcome.affected,
      walBytes: 0,
      locks: [],
      rewrites: [],
      scans: [],
      notices: outcome.notices.count
    )
    if let failure = outcome.failure {
      observation.fail(failure, statement)
    } else {
      try measure(&observation, on: connection)
    }
    statements.append(observation)
  }

  func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    changes = ChangeSet(from: before, to: try SchemaFingerprint.read(connection))
  }

  private func measure(_ observation: inout Observation, on connection: Connection) throws {
    observation.walBytes = try Self.walPosition(connection) - wal
    observation.locks = try locks(connection)
    let now = try TableState.all(connection)
    observation.rewrites = now.compactMap { oid, state in
      guard let old = current[oid], old.isTable, known[oid] != nil,
        old.fileNode != state.fileNode
      else { return nil }
      return Observation.Rewrite(table: state.name, bytes: old.bytes)
    }.sorted { $0.table < $1.table }
    observation.scans = try newScans(connection, under: observation.locks)
    current = now
  }

  private func locks(_ connection: Connection) throws -> [Observation.Lock] {
    let rows = try connection.execute(Self.lockQuery)
    let found = rows.compactMap { row -> Observation.Lock? in
      guard let state = known[row.int("relation")] else { return nil }
      return Observation.Lock(table: state.name, mode: row.string("mode"))
    }
    return Set(found).sorted { ($0.table, $0.mode) < ($1.table, $1.mode) }
  }

  private func newScans(
    _ connection: Connection,
    under locks: [Observation.Lock]
  ) throws -> [Observation.Scan] {
    let counts = try Self.scanCounts(connection)
    defer { scans = counts }
    return counts.compactMap { oid, count in
      guard count > scans[oid] ?? 0, let state = known[oid] else { return nil }
      let stopsWriters = locks.contains { $0.table == state.name && $0.stopsWriters }
      return Observation.Scan(table: state.name, bytes: state.bytes, isUnderLock: stopsWriters)
    }.sorted { $0.table < $1.table }
  }

  private static func walPosition(_ connection: Connection) throws -> Int {
    try connection.execute(
      "SELECT pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::bigint"
    ).int ?? 0
  }

  private static func scanCounts(_ connection: Connection) throws -> [Int: Int] {
    var counts: [Int: Int] = [:]
    for row in try connection.execute(
      "SELECT relid, seq_scan FROM pg_catalog.pg_stat_xact_user_tables WHERE seq_scan > 0"
    ) {
      counts[row.int("relid")] = row.int("seq_scan")
    }
    return counts
  }

  private static let lockQuery = """
    SELECT DISTINCT relation, mode FROM pg_catalog.pg_locks
    WHERE pid = pg_catalog.pg_backend_pid() AND locktype = 'relation' AND granted
      AND mode <> 'AccessShareLock'
    """
}

extension Observation.Lock {
  /// Whether nobody can write to the table while the lock is held (manual, 13.3.1).
  public var stopsWriters: Bool {
    ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"].contains(mode)
  }
}

extension Observation {
  /// Notes a failure with the place that the server pointed at.
  fileprivate mutating func fail(_ error: PostgresError, _ statement: Statement) {
    failure = Failure(sqlState: error.sqlState, message: error.message, hint: error.hint)
    guard let character = error.position else { return }
    let position = statement.position(ofCharacter: character)
    place = "\(statement.file):\(position.line):\(position.column)"
  }
}
