import Cluster
import Files
import Postgres
import Processes
import TestSupport
import Testing

/// A server that may crash, and a user of it whose repository can be put back.
final class ReplacedServer {
  let user: Drydock
  private let server: ScratchServer
  private var saved: String { "\(user.directory)/saved" }

  init() throws {
    server = try ScratchServer.start(try TestServer.v15.options())
    user = try Drydock(on: .v15)
  }

  func settings(_ database: String = "postgres") -> ConnectionSettings {
    server.settings(database: database)
  }

  /// Asks on a connection of its own: the server may have crashed since the last one.
  @discardableResult
  func sql(_ text: String, in database: String = "postgres") throws -> Rows {
    try Connection.open(settings(database)).execute(text)
  }

  /// Keeps the repository as it is now.
  func saveRepository() throws {
    try Invocation("cp", ["-a", user.repository, saved]).run().checked()
  }

  /// Puts the repository back to what it was then.
  func restoreRepository() throws {
    try Directory.removeTree(user.repository)
    try Invocation("cp", ["-a", saved, user.repository]).run().checked()
  }

  /// The server ends a killed client's transaction when it notices, a CREATE DATABASE not before its
  /// end, and a crashed server recovers: wait for all of it.
  func waitUntilAlone(except known: Int = 0) throws {
    let others = """
      SELECT count(*) FROM pg_stat_activity
      WHERE pid NOT IN (pg_backend_pid(), \(known)) AND backend_type = 'client backend'
        AND application_name <> '\(Self.visitor)'
      """
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      do {
        if try sql(others).int == 0 { return }
      } catch let error as PostgresError where error.isConnectionLost || error.isRetryable {
        // It is still recovering.
      }
    }
    Issue.record("the server did not come back, or a session did not end")
  }

  private static let visitor = "visitor"

  /// Somebody who is in a database when it is replaced.
  func visit(_ database: String) throws -> Connection {
    try Connection.open(settings(database).with("application_name", Self.visitor))
  }

  func remove() {
    do { try server.remove() } catch { print("a test server was left behind: \(error)") }
  }
}
