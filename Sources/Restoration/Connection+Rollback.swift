internal import Postgres

extension Connection {
  /// Runs `body` and commits, in the transaction that is open or in one of its own.
  func goingOn<Value>(_ body: () throws -> Value) throws -> Value {
    guard isInTransaction else { return try transaction { try body() } }
    return try rollingBack {
      let value = try body()
      try execute("COMMIT")
      return value
    }
  }

  /// Rolls the open transaction back when `body` throws.
  func rollingBack<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      // The first error is the one to report; a lost connection has rolled back by itself.
      _ = try? execute("ROLLBACK")
      throw error
    }
  }
}
