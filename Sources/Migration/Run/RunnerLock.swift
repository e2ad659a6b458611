internal import Postgres
internal import Problems

/// The right to be the one runner on a database: a session advisory lock on an idle connection.
///
/// The connection stays outside any transaction, so that `CREATE INDEX CONCURRENTLY`, which waits
/// for all older transactions, never waits for the lock that guards it.
struct RunnerLock {
  /// The letters of "drydock" as a number: the key of the lock in every database.
  static let key = 0x64_7279_646f_636b

  let connection: Connection

  /// Takes the lock, trying until the time is over.
  static func take(
    _ settings: ConnectionSettings,
    waiting limit: Duration,
    _ interruption: Interruption
  ) throws -> RunnerLock {
    let connection = try Connection.openForOwnQueries(
      settings.with("application_name", "drydock lock")
    )
    interruption.attach(connection.canceller)
    try connection.requireOwnSession()
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
      let taken = try connection.query(
        "SELECT pg_catalog.pg_try_advisory_lock($1)",
        [Parameter(key)]
      )
      if taken.bool { return RunnerLock(connection: connection) }
      guard clock.now < end else { throw busy(connection) }
      try interruption.sleep(.milliseconds(200))
    }
  }

  /// Throws unless the lock is still held: before each commit, the last moment to find out.
  func requireHeld() throws {
    let held = try? connection.query(
      """
      SELECT pg_catalog.count(*) FROM pg_catalog.pg_locks
      WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid = pg_catalog.pg_backend_pid()
        AND (classid::bigint << 32) | objid::bigint = $1
      """,
      [Parameter(Self.key)]
    )
    guard held?.int == 1 else {
      throw Problem(
        .failed,
        code: "migrate.lock-lost",
        "the lock that keeps other runners away was lost",
        hint: "Nothing more was committed. Was the session ended by an administrator or a proxy?"
          + " Look at 'drydock status' and run the command again.",
        isRetryable: true
      )
    }
  }

  /// What became of a transaction whose COMMIT got no answer; waits until the server knows.
  ///
  /// It cannot be interrupted: the answer decides what a person is told.
  func fate(of transaction: String) throws -> String? {
    while true {
      let fate = try connection.query(
        "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)",
        [.text(transaction)]
      ).value
      guard fate == "in progress" else { return fate }
      try connection.execute("SELECT pg_catalog.pg_sleep(0.1)")
    }
  }

  private static func busy(_ connection: Connection) -> Problem {
    let holder = try? connection.query(
      """
      SELECT a.pid, a.usename, a.application_name, a.client_addr
      FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND (l.classid::bigint << 32) | l.objid::bigint = $1
        AND l.database = (
          SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
      """,
      [Parameter(key)]
    ).first
    let facts = holder.map { holder in
      [
        Problem.Fact(
          "held by",
          "session \(holder.string("pid")) of \(holder.string("usename")) from"
            + " \(holder["client_addr"] ?? "the local socket")"
        )
      ]
    }
    return Problem(
      .busy,
      code: "migrate.busy",
      "another runner is at work on this database",
      facts: facts ?? [],
      hint: "Wait until it is done and run the command again.",
      isRetryable: true
    )
  }
}
