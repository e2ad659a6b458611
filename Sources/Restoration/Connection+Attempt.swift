internal import Postgres

extension Connection {
  /// Does something inside a transaction, of which nothing is lost where the server refuses it.
  ///
  /// - Parameters:
  ///   - isExpected: Whether an error is a refusal.
  ///   - body: What to do.
  /// - Returns: What came of it, or the refusal.
  /// - Throws: Any other error.
  func attempt<Value>(
    _ isExpected: (PostgresError) -> Bool,
    _ body: () throws(PostgresError) -> Value
  ) throws(PostgresError) -> Result<Value, PostgresError> {
    try execute("SAVEPOINT drydock_attempt")
    do {
      let value = try body()
      try execute("RELEASE SAVEPOINT drydock_attempt")
      return .success(value)
    } catch {
      guard isExpected(error) else { throw error }
      try execute("ROLLBACK TO SAVEPOINT drydock_attempt")
      try execute("RELEASE SAVEPOINT drydock_attempt")
      return .failure(error)
    }
  }

  /// Runs a statement so; returns the refusal, nil where it was done.
  func attempt(
    _ statement: String,
    _ isExpected: (PostgresError) -> Bool
  ) throws(PostgresError) -> PostgresError? {
    let outcome = try attempt(isExpected) { () throws(PostgresError) in
      _ = try execute(statement)
    }
    if case .failure(let refusal) = outcome { return refusal }
    return nil
  }
}
