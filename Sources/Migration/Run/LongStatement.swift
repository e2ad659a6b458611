private import Dispatch
public import Postgres
internal import Synchronization

/// How far a statement has come that takes long, as the server tells other sessions.
public struct LongStatement: Sendable, Equatable {
  /// What it does now: `CREATE INDEX CONCURRENTLY: building index: scanning table`.
  public var phase: String
  /// How much of the phase is done, in the phase's own units; 0 where they are not counted.
  public var done: Int
  /// The whole of it; 0 where it is not known.
  public var total: Int
}

/// Watches the statements of a run from a second session, beside another observer.
///
/// Nothing is connected for a statement that ends at once. What cannot be seen is not shown: the
/// statement itself never depends on the second session.
public final class LongStatementObserver: RunObserver {
  private let inner: (any RunObserver)?
  private let settings: ConnectionSettings
  private let delay: Double
  private let report: @Sendable (LongStatement) -> Void
  private var watch: StatementWatch?

  /// Makes an observer.
  ///
  /// - Parameters:
  ///   - inner: The one that has the word on the run itself.
  ///   - settings: The database.
  ///   - delay: How long a statement runs before it is looked at, and between two looks, in seconds.
  ///   - report: Called on a thread of its own with each look.
  public init(
    beside inner: (any RunObserver)?,
    _ settings: ConnectionSettings,
    delay: Double = 1,
    report: @escaping @Sendable (LongStatement) -> Void
  ) {
    self.inner = inner
    self.settings = settings
    self.delay = delay
    self.report = report
  }

  /// Tells the other observer.
  public func willBegin(_ patch: Patch, on connection: Connection) throws {
    try inner?.willBegin(patch, on: connection)
  }

  /// Begins to wait beside the statement.
  public func willRun(_ statement: Statement, on connection: Connection) throws {
    try inner?.willRun(statement, on: connection)
    // A backfill tells by its batches how far it has come.
    guard !statement.isBatch else { return }
    watch = StatementWatch(settings, connection.backendPID, delay, report)
  }

  /// Looks no more.
  public func didRun(
    _ statement: Statement,
    _ outcome: StatementOutcome,
    on connection: Connection
  ) throws {
    watch?.end()
    watch = nil
    try inner?.didRun(statement, outcome, on: connection)
  }

  /// Tells the other observer.
  public func beforeCommit(_ patch: Patch, on connection: Connection) throws {
    try inner?.beforeCommit(patch, on: connection)
  }
}

/// One statement that is watched until it ends.
private final class StatementWatch: Sendable {
  private let over = DispatchSemaphore(value: 0)
  private let isOver = Mutex(false)

  init(
    _ settings: ConnectionSettings,
    _ pid: Int,
    _ delay: Double,
    _ report: @escaping @Sendable (LongStatement) -> Void
  ) {
    DispatchQueue(label: "drydock.watch").async { [self] in
      var connection: Connection?
      while over.wait(timeout: .now() + delay) == .timedOut {
        // Without a second session there is no progress to show, and nothing else changes.
        guard let open = connection ?? (try? Connection.openForOwnQueries(settings)) else { return }
        connection = open
        guard let seen = try? Self.look(at: pid, open) else { continue }
        isOver.withLock { if !$0 { report(seen) } }
      }
    }
  }

  /// Nothing is reported after this returns.
  func end() {
    isOver.withLock { $0 = true }
    over.signal()
  }

  private static func look(at pid: Int, _ connection: Connection) throws -> LongStatement? {
    try connection.query(query, [Parameter(pid)]).first.map { row in
      LongStatement(phase: row.string("what"), done: row.int("done"), total: row.int("total"))
    }
  }

  /// Source: PostgreSQL manual, 28.4 "Progress Reporting".
  private static let query = """
    SELECT what, done, total FROM (
      SELECT pid, command || ': ' || phase AS what,
        CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END AS done,
        CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END AS total
      FROM pg_catalog.pg_stat_progress_create_index
      UNION ALL SELECT pid, command || ': ' || phase, heap_blks_scanned, heap_blks_total
      FROM pg_catalog.pg_stat_progress_cluster
      UNION ALL SELECT pid, command, bytes_processed, bytes_total
      FROM pg_catalog.pg_stat_progress_copy
      UNION ALL SELECT pid, 'ANALYZE: ' || phase, sample_blks_scanned, sample_blks_total
      FROM pg_catalog.pg_stat_progress_analyze
      UNION ALL SELECT pid, 'VACUUM: ' || phase, heap_blks_scanned, heap_blks_total
      FROM pg_catalog.pg_stat_progress_vacuum) progress WHERE pid = $1
    """
}
