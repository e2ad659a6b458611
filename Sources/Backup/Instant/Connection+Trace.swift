internal import Postgres

extension Connection {
  /// Runs a transaction that leaves something of ours in the database.
  ///
  /// It may write whatever the session's default says. Local flush is what counts: a synchronous
  /// standby that is gone must not hold up a backup for ever.
  ///
  /// - Parameters:
  ///   - omitted: the rules to leave out: without `durability` nothing is flushed.
  ///   - body: the statements.
  /// - Returns: what `body` returned.
  /// - Throws: what `body` or the server threw, after the rollback.
  func leavingTrace<Value>(
    omitting omitted: Set<Precaution>,
    _ body: () throws -> Value
  ) throws -> Value {
    try transaction("READ WRITE") {
      let commit = omitted.contains(.durability) ? "off" : "local"
      try execute("SET LOCAL synchronous_commit = \(commit)")
      return try body()
    }
  }
}
