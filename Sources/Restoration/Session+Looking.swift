internal import Postgres
internal import Problems

extension Session {
  /// Looks at a database without changing it, on a session that is closed again.
  static func looking<Value: Sendable>(
    at settings: ConnectionSettings,
    lockTimeout: Int,
    _ body: @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    let session = try await Session.opening(settings)
    do {
      let value = try await session.run { connection in
        try connection.looking(lockTimeout: lockTimeout) { try body(connection) }
      }
      await session.close()
      return value
    } catch let error as PostgresError {
      await session.close()
      throw Problem.ofLooking(error)
    } catch is CancellationError {
      throw Problem.interrupted
    }
  }
}
