internal import Postgres
internal import Problems

extension Session {
  /// Lends a session that is closed again, whatever becomes of it.
  ///
  /// - Parameters:
  ///   - settings: The database.
  ///   - body: What is done on it; its `PostgresError` becomes a `Problem`.
  /// - Returns: What `body` returned.
  /// - Throws: A `Problem`; of kind `interrupted` where the task was cancelled.
  static func lending<Value: Sendable>(
    in settings: ConnectionSettings,
    _ body: (Session) async throws -> Value
  ) async throws -> Value {
    let session = try await Session.opening(settings)
    do {
      let value = try await body(session)
      await session.close()
      return value
    } catch {
      await session.close()
      if let error = error as? PostgresError { throw Problem.ofLooking(error) }
      if error is CancellationError { throw Problem.interrupted }
      throw error
    }
  }

  /// Looks at a database without changing it.
  static func looking<Value: Sendable>(
    at settings: ConnectionSettings,
    lockTimeout: Int,
    _ body: @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    try await lending(in: settings) { session in
      try await session.run { connection in
        try connection.looking(lockTimeout: lockTimeout) { try body(connection) }
      }
    }
  }
}
