internal import Postgres
internal import Problems

extension Session {
  /// Connects for an operation; a refusal becomes a `Problem`.
  static func opening(_ settings: ConnectionSettings) async throws -> Session {
    do {
      return try await Session.open(settings)
    } catch let error as PostgresError {
      throw error.problem("cannot connect to \(settings)")
    }
  }

  /// Runs `body`; what the server refuses is told together with what was being done.
  func doing<Value: Sendable>(
    _ what: String,
    _ body: @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    do {
      return try await run(body)
    } catch let error as PostgresError {
      throw error.problem(what)
    }
  }
}
