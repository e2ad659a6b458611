internal import Postgres
internal import Problems

/// The right to be the one who starts waves in a database: a session advisory lock.
enum WaveLock {
  /// The letters of "dd waves" as a number.
  static let key = 0x64_6420_7761_7665

  /// Takes it, or throws who has it.
  ///
  /// A session that has just ended gives its locks back a moment after its client is gone, so whoever
  /// starts again at once waits for that.
  static func take(_ connection: Connection) throws {
    let before = try connection.execute("SHOW lock_timeout").value ?? "0"
    try connection.execute("SET lock_timeout = '3s'")
    do {
      try connection.query("SELECT pg_catalog.pg_advisory_lock($1)", [Parameter(key)])
    } catch {
      guard error.sqlState == "55P03" else { throw error }
      throw try busy(connection)
    }
    try connection.execute("SET lock_timeout = \(SQL.literal(before))")
  }

  private static func busy(_ connection: Connection) throws -> Problem {
    let holder = try connection.query(
      """
      SELECT a.pid, a.usename, a.client_addr FROM pg_catalog.pg_locks l
      JOIN pg_catalog.pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.database = a.datid
        AND a.datname = pg_catalog.current_database()
        AND (l.classid::bigint << 32) | l.objid::bigint = $1
      """,
      [Parameter(key)]
    ).first
    return Problem(
      .busy,
      code: "waves.busy",
      "somebody else is starting waves in this database",
      facts: holder.map {
        [
          .init(
            "held by",
            "session \($0.string("pid")) of \($0.string("usename")) from"
              + " \($0["client_addr"] ?? "the local socket")"
          )
        ]
      } ?? [],
      hint: "Leave it to them, or end them and run the command again: it goes on where they were.",
      isRetryable: true
    )
  }
}
