internal import Problems

extension Connection {
  /// Refuses a proxy that lends a server session for one transaction, or one statement, only.
  ///
  /// Behind such a proxy a lock would stay with a session that serves somebody else next, and so would
  /// a setting: `pg_restore` sets the place and the kind of each table for its session.
  ///
  /// - Throws: A `Problem` of kind `refused` that says what to connect to instead; a `PostgresError`
  ///   where the server does not answer.
  public func requireOwnSession() throws {
    guard try isLent() else { return }
    throw Problem(
      .refused,
      code: "postgres.pooled-connection",
      "the connection goes through a proxy that pools transactions",
      reason: "the server session changes between transactions, and locks and settings with it",
      hint: "Connect to the server itself, or to a port of the proxy that pools sessions."
    )
  }

  /// Whether somebody else than the server answered when the connection was made: a proxy names a
  /// process of its own, whatever it pools.
  func isBehindProxy() throws(PostgresError) -> Bool { try sessionID() != backendPID }

  private func isLent() throws(PostgresError) -> Bool {
    var own = [try sessionID()]
    let other = try Connection.open(settings)
    // A proxy that pools statements ends a session that begins a transaction, so this comes first.
    guard try !own.contains(other.sessionID()) else { return true }
    try other.execute("BEGIN")
    let neighbour = try other.sessionID()
    own.append(try sessionID())
    try other.execute("ROLLBACK")
    // A proxy that takes its servers in turn comes round to another one within these.
    for _ in 0..<3 { own.append(try sessionID()) }
    return Self.isPooled(own: own, neighbour: neighbour)
  }

  /// An idle session keeps its server process, and nobody else gets it, unless a proxy lends it out.
  package static func isPooled(own: [Int], neighbour: Int) -> Bool {
    Set(own).count > 1 || own.contains(neighbour)
  }

  private func sessionID() throws(PostgresError) -> Int {
    try query("SELECT pg_catalog.pg_backend_pid()", []).int ?? 0
  }
}
