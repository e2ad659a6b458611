internal import Postgres

extension Connection {
  /// Runs a transaction that leaves something of ours in the database.
  ///
  /// It may write whatever the session's default says. Local flush is what counts: a synchronous
  /// standby that is gone must not hold up a backup for ever.
  func leavingTrace<Value>(_ body: () throws -> Value) throws -> Value {
    try transaction("READ WRITE") {
      try execute("SET LOCAL synchronous_commit = local")
      return try body()
    }
  }
}
