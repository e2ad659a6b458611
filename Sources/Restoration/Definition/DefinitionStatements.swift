internal import Postgres
internal import Problems

/// Statements of a snapshot's definition, and what their failure means.
struct DefinitionStatements {
  let text: String
  /// Which part of the definition it is, for a person.
  let part: String

  /// Runs them inside a transaction that has a finite `lock_timeout`.
  func run(on connection: Connection) throws {
    guard !text.isEmpty else { return }
    do {
      try connection.execute(text)
    } catch {
      guard !error.isRetryable, !error.isCancelled, !error.isConnectionLost else { throw error }
      var problem = error.problem("the \(part) of the snapshot's definition failed")
      // A row or a foreign key that does not fit what is live now: no fault of the snapshot.
      if error.sqlState?.hasPrefix("23") == true { problem.kind = .refused }
      throw problem
    }
  }
}
