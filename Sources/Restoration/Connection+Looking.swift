internal import Postgres

extension Connection {
  /// Looks without changing: one consistent view, names in full, a limit on waiting.
  func looking<Value>(lockTimeout: Int, _ body: () throws -> Value) throws -> Value {
    try transaction("ISOLATION LEVEL REPEATABLE READ, READ ONLY") {
      try setTransferSettings(forReading: true)
      try execute("SET LOCAL lock_timeout = \(lockTimeout)")
      return try body()
    }
  }
}
