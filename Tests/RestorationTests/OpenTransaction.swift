import Postgres
import Synchronization

/// A transaction that a test begins in one place and ends in another.
final class OpenTransaction: Sendable {
  private let connection = Mutex<Connection?>(nil)

  /// Begins it, and executes a statement that may wait for nobody.
  func begin(_ settings: ConnectionSettings, _ statement: String) throws {
    try connection.withLock { connection in
      connection = try Connection.open(settings)
      try connection?.execute("SET lock_timeout = 1; BEGIN")
      try connection?.execute(statement)
    }
  }

  /// Commits it.
  func commit() throws {
    try connection.withLock { connection in
      try connection?.execute("COMMIT")
      connection = nil
    }
  }
}
