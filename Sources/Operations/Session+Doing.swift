internal import Postgres
internal import Problems

extension Session {
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
