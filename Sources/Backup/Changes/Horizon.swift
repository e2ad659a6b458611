internal import Catalog
internal import FoundationEssentials
internal import Postgres
internal import Threads

/// The position in the log below which a snapshot leaves nothing undecided.
///
/// A page whose LSN is not above it shows the same rows in every later snapshot: whoever was writing
/// when it was read has ended before the snapshot, and whoever began later writes above it. Without
/// the wait 231 of 283 snapshots under load were wrong, with it none of 190 (measured).
struct Horizon: Sendable, Equatable {
  /// A transaction that did not end in time.
  struct Blocker: Sendable, Equatable {
    /// The session's process, nil for a prepared transaction.
    let process: Int?
    /// The name of the prepared transaction, nil for a session.
    let prepared: String?
    /// Whose it is, where the role may see it.
    let user: String?
    /// How long it has been going on, in seconds, where the role may see it.
    let age: Int?
  }

  /// The position, nil when none could be had.
  let lsn: LSN?
  /// The transactions for which the wait was too short.
  let blockers: [Blocker]
  /// Why there is no position; nil when there is one.
  let notice: String?

  /// Whether the log up to a snapshot can no longer be lost.
  enum Durability: Sendable, Equatable {
    /// It has been flushed.
    case proven
    /// It may be lost in a crash, or nobody can tell; why.
    case unproven(String)
  }

  private static let pause = 0.02

  /// Reads the position, then waits for the transactions that write at that moment.
  ///
  /// - Parameters:
  ///   - observer: a session outside any transaction, which holds no lock.
  ///   - wait: seconds to wait at most.
  ///   - omitted: the rules to leave out.
  /// - Returns: the horizon; without a position when a transaction outlasts the wait, and on a
  ///   standby, which has no log of its own.
  /// - Throws: `PostgresError`.
  static func establish(
    on observer: Connection,
    wait: Double,
    omitted: Set<Precaution> = []
  ) throws -> Horizon {
    guard try !observer.execute("SELECT pg_catalog.pg_is_in_recovery()").bool else {
      return Horizon(lsn: nil, blockers: [], notice: "the server is a standby")
    }
    let text = try observer.execute("SELECT pg_catalog.pg_current_wal_insert_lsn()").value ?? ""
    guard let lsn = LSN(text) else {
      throw PostgresError(message: "the server's log position is not readable: \(text)")
    }
    if omitted.contains(.waitForTransactions) {
      return Horizon(lsn: lsn, blockers: [], notice: nil)
    }
    let deadline = ContinuousClock.now + .seconds(wait)
    var running = try writers(observer)
    while !running.isEmpty {
      guard ContinuousClock.now < deadline else {
        let blockers = try describe(running, observer)
        return Horizon(lsn: nil, blockers: blockers, notice: notice(blockers, wait: wait))
      }
      Pause.blocking(.seconds(pause))
      running.formIntersection(try writers(observer))
    }
    return Horizon(lsn: lsn, blockers: [], notice: nil)
  }

  /// Makes the log durable up to a snapshot, and proves it.
  ///
  /// A crash of one backend loses what was not flushed while the postmaster lives on: the log grows
  /// over the same positions again, with other content (5 of 59 snapshots wrong without this, none
  /// of 64 with it; measured). A message in the log, committed, flushes all before it; local flush
  /// is what counts, so that a dead synchronous standby does not hold it up.
  ///
  /// - Parameters:
  ///   - observer: a session outside any transaction.
  ///   - snapshotInsert: the insert position, read after the snapshot was taken.
  ///   - omitted: the rules to leave out.
  /// - Returns: whether it is proven; only then may the snapshot have a horizon, its own or one that
  ///   it inherits.
  /// - Throws: `PostgresError`, unless the server merely refuses to write.
  static func durability(
    on observer: Connection,
    snapshotInsert: LSN,
    omitted: Set<Precaution> = []
  ) throws -> Durability {
    if omitted.contains(.durability) { return .proven }
    do {
      try observer.leavingTrace(omitting: omitted) { () throws -> Void in
        try observer.execute("SELECT pg_catalog.pg_logical_emit_message(true, 'drydock', '')")
      }
    } catch let error as PostgresError where Refusal.states.contains(error.sqlState ?? "") {
      return .unproven("the server takes no message into its log: \(error.reason)")
    }
    let text = try observer.execute("SELECT pg_catalog.pg_current_wal_flush_lsn()").value ?? ""
    guard let flushed = LSN(text), flushed >= snapshotInsert else {
      return .unproven("the log is flushed up to \(text), the snapshot is at \(snapshotInsert)")
    }
    return .proven
  }

  /// The transactions that hold a transaction id now: top-level ones, subtransactions, prepared ones.
  ///
  /// Each holds a lock on its own id until its end, visible to any role (manual, 54.12 "pg_locks").
  private static func writers(_ observer: Connection) throws -> Set<String> {
    Set(try observer.execute(writerQuery).map { $0.string("transactionid") })
  }

  private static func describe(
    _ transactions: Set<String>,
    _ observer: Connection
  ) throws -> [Blocker] {
    let list = "{\(transactions.sorted().joined(separator: ","))}"
    return try observer.query(blockerQuery, [.text(list)]).map { row in
      Blocker(
        process: row["pid"].flatMap { Int($0) },
        prepared: row["gid"],
        user: row["owner"],
        age: row["age"].flatMap { Int($0) }
      )
    }
  }

  private static func notice(_ blockers: [Blocker], wait: Double) -> String {
    let names = blockers.map(\.description).joined(separator: "; ")
    let who = names.isEmpty ? "a transaction that has ended just now" : names
    return "after \(Int(wait)) s this still kept the horizon back: \(who)"
  }

  /// Those of other databases cannot write here; who cannot be placed counts.
  private static let writerQuery = """
    SELECT DISTINCT l.transactionid::text AS transactionid FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_catalog.pg_prepared_xacts p ON l.pid IS NULL AND p.transaction = l.transactionid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
      AND coalesce(a.datname, p.database, pg_catalog.current_database())
        = pg_catalog.current_database()
    """

  /// One row a session or prepared transaction, not one for each of its subtransactions.
  private static let blockerQuery = """
    SELECT DISTINCT l.pid, p.gid, coalesce(a.usename, p.owner) AS owner,
      pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp()
        - coalesce(a.xact_start, p.prepared)))::bigint AS age
    FROM pg_catalog.pg_locks l
    LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN pg_catalog.pg_prepared_xacts p ON l.pid IS NULL AND p.transaction = l.transactionid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
      AND l.transactionid::text = ANY ($1::text[]) AND (l.pid IS NOT NULL OR p.gid IS NOT NULL)
    ORDER BY 4 DESC NULLS LAST, 1, 2 LIMIT 5
    """
}

extension Horizon.Blocker: CustomStringConvertible {
  /// The transaction for a person.
  var description: String {
    let subject =
      prepared.map { "prepared transaction \($0)" } ?? process.map { "process \($0)" }
      ?? "a transaction"
    let details = [user, age.map { "for \($0) s" }].compactMap(\.self).joined(separator: ", ")
    return details.isEmpty ? subject : "\(subject) (\(details))"
  }
}
