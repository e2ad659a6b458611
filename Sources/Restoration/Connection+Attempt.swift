internal import Postgres

extension Connection {
  /// Runs a statement inside a transaction, of which nothing is lost where the server refuses it.
  ///
  /// - Parameters:
  ///   - statement: The statement.
  ///   - isExpected: Whether an error is a refusal.
  /// - Returns: The refusal, nil where the statement was done.
  /// - Throws: Any other error.
  func attempt(
    _ statement: String,
    _ isExpected: (PostgresError) -> Bool
  ) throws(PostgresError) -> PostgresError? {
    try execute("SAVEPOINT drydock_attempt")
    do {
      try execute(statement)
      try execute("RELEASE SAVEPOINT drydock_attempt")
      return nil
    } catch {
      guard isExpected(error) else { throw error }
      try execute("ROLLBACK TO SAVEPOINT drydock_attempt")
      try execute("RELEASE SAVEPOINT drydock_attempt")
      return error
    }
  }
}
