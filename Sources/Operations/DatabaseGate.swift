internal import Postgres
internal import Problems

/// Whether a database takes writes: its default for new transactions, and who is connected.
///
/// Closed is a default, not a lock: a session may still say otherwise, as this program does to take
/// and to load snapshots. So nothing that reads is kept out, and the way back is one statement.
struct DatabaseGate {
  private static let name = "default_transaction_read_only"
  private static let closed = "on"

  let connection: Connection
  let identity: DatabaseIdentity

  /// Settings with which a session writes in spite of the default.
  static func writable(_ settings: ConnectionSettings) -> ConnectionSettings {
    let given = settings.keywords["options"].map { "\($0) " } ?? ""
    return settings.with("options", "\(given)-c \(name)=off")
  }

  /// The default that is set for the database itself; nil where none is.
  func setting() throws -> String? {
    try connection.query(
      """
      SELECT pg_catalog.substr(entry, pg_catalog.length($2) + 2)
      FROM pg_catalog.pg_db_role_setting, pg_catalog.unnest(setconfig) entry
      WHERE setdatabase = $1 AND setrole = 0
        AND pg_catalog.split_part(entry, '=', 1) = $2
      """,
      [Parameter(identity.oid), .text(Self.name)]
    ).value
  }

  /// Whether new transactions are read-only by default, as a stop sets it.
  func isClosed() throws -> Bool { try setting() == Self.closed }

  /// Makes new transactions read-only by default.
  func close() throws { try set(Self.closed) }

  /// Sets the default back to what it was.
  func open(as previous: String?) throws { try set(previous) }

  private func set(_ value: String?) throws {
    let database = SQL.identifier(identity.name)
    try connection.execute(
      value.map { "ALTER DATABASE \(database) SET \(Self.name) = \(SQL.literal($0))" }
        ?? "ALTER DATABASE \(database) RESET \(Self.name)"
    )
  }

  /// Refuses where something would go on writing in spite of the default.
  func requireClosable() throws {
    try requireSight()
    let found = try connection.query(
      """
      SELECT 'prepared transaction ' || gid FROM pg_catalog.pg_prepared_xacts
      WHERE database = pg_catalog.current_database()
      UNION ALL
      SELECT 'subscription ' || subname FROM pg_catalog.pg_subscription
      WHERE subdbid = $1 AND subenabled
      UNION ALL
      SELECT 'role ' || r.rolname || ' with ' || entry
      FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole,
        pg_catalog.unnest(s.setconfig) entry
      WHERE s.setdatabase IN (0, $1) AND CASE pg_catalog.split_part(entry, '=', 1) WHEN $2
        THEN NOT pg_catalog.split_part(entry, '=', 2)::boolean END
      """,
      [Parameter(identity.oid), .text(Self.name)]
    )
    guard !found.isEmpty else { return }
    throw Problem(
      .refused,
      code: "stop.writers",
      "something would go on writing to \(identity.name)",
      facts: found.map { .init("writes", $0[0] ?? "") },
      hint: "End it (COMMIT PREPARED, ALTER SUBSCRIPTION ... DISABLE, ALTER ROLE ... RESET) first."
    )
  }

  /// Refuses where this role is not shown who is connected: it would end none of them, and they
  /// would go on writing behind the mark.
  ///
  /// Of a session of another role, one without `pg_read_all_stats` sees neither what it is nor since
  /// when (manual, 28.2.3, `pg_stat_activity`). The server's own workers have no role.
  private func requireSight() throws {
    let hidden = try connection.query(
      """
      SELECT DISTINCT usename FROM pg_catalog.pg_stat_activity
      WHERE datname = pg_catalog.current_database() AND usesysid IS NOT NULL
        AND backend_type IS NULL
      """,
      []
    )
    guard !hidden.isEmpty else { return }
    throw Problem(
      .refused,
      code: "stop.hidden-sessions",
      "the sessions of other roles in \(identity.name) cannot be seen, so they would not be ended",
      reason: "this role is no member of pg_read_all_stats",
      facts: hidden.map { .init("session of", $0["usename"] ?? "a role that is gone") },
      hint: "GRANT pg_read_all_stats, pg_signal_backend TO this role, or stop as another one."
    )
  }

  /// What was ended so that nothing goes on writing.
  struct Ended {
    /// How many sessions and workers.
    var count = 0
    /// What those are that are no sessions of clients, as the server calls them, in order.
    var workers: [String] = []
  }

  /// Ends every session and worker of the database that may have begun before it was closed.
  ///
  /// A session that is being made holds a lock on the database until it has read its settings; while
  /// there is one, it may have read the old default. It is listed as a session before it lets go of
  /// the lock, so the locks are asked first: who has none any more is found by the second query.
  func terminateOthers() throws -> Ended {
    var ended: Set<String> = []
    var workers: Set<String> = []
    var found: [Other] = []
    let closing = try connection.execute("SELECT pg_catalog.clock_timestamp()").value
    for _ in 0..<Self.attempts {
      let starting = try connection.query(
        """
        SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks
        WHERE locktype = 'object' AND classid = 'pg_catalog.pg_database'::regclass AND objid = $1
          AND pid <> pg_catalog.pg_backend_pid()
        """,
        [Parameter(identity.oid)]
      )
      found = try others(before: closing)
      if found.isEmpty && starting.int == 0 {
        return Ended(count: ended.count, workers: workers.sorted())
      }
      let refused = try found.filter { try !terminate($0) }
      if !refused.isEmpty, refused.count == found.count { throw mayNotEnd(refused) }
      ended.formUnion(found.map(\.pid))
      workers.formUnion(found.map(\.type).filter { $0 != Other.client })
      try connection.execute("SELECT pg_catalog.pg_sleep(0.05)")
    }
    throw Problem(
      .busy,
      code: "stop.sessions",
      "some sessions of \(identity.name) did not end within 30 s",
      facts: [.init("state", "the database is closed to new writers")] + found.map(\.fact),
      isRetryable: true
    )
  }

  /// A process of the server that is connected to the database and may write to it.
  private struct Other {
    /// What the server calls a session of a client.
    static let client = "client backend"

    var pid: String
    var type: String
    var role: String?

    var fact: Problem.Fact {
      .init("process \(pid)", role.map { "\(type) of role \($0)" } ?? type)
    }
  }

  /// Sessions, connections of replication, and workers of extensions and subscriptions.
  ///
  /// Autovacuum changes no row, and a parallel worker ends with the session that it works for. What
  /// comes back after an instant has read the new default.
  private func others(before closing: String?) throws -> [Other] {
    try connection.query(
      """
      SELECT pid, backend_type, usename FROM pg_catalog.pg_stat_activity
      WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid()
        AND backend_type NOT IN ('autovacuum worker', 'parallel worker')
        AND backend_start <= $1::timestamptz
      ORDER BY pid
      """,
      [Parameter(closing)]
    ).map { row in
      Other(pid: row.string("pid"), type: row.string("backend_type"), role: row["usename"])
    }
  }

  /// Asks a process to end; false where this role may not.
  private func terminate(_ other: Other) throws -> Bool {
    do {
      try connection.query(
        "SELECT pg_catalog.pg_terminate_backend($1::pg_catalog.int4)",
        [.text(other.pid)]
      )
      return true
    } catch  where error.sqlState == "42501" {
      return false
    }
  }

  private func mayNotEnd(_ others: [Other]) -> Problem {
    Problem(
      .refused,
      code: "stop.not-allowed",
      "this role may not end all that is connected to \(identity.name), and what is left may write",
      reason: "only a superuser may end what a superuser or the server itself has begun",
      facts: others.map(\.fact),
      hint: "End them yourself, or stop as a superuser. A worker of an extension ends when the"
        + " extension's setting is turned off and the server started again."
    )
  }

  private static let attempts = 600

  /// Whether the server's write-ahead log has come as far as a place of it.
  func hasReached(_ position: String) throws -> Bool {
    try connection.query(
      "SELECT pg_catalog.pg_current_wal_insert_lsn() >= $1::pg_catalog.pg_lsn",
      [.text(position)]
    ).bool
  }
}
