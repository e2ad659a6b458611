internal import Cluster
internal import Glibc
public import Postgres

/// A server that one test has for itself: roles belong to all databases of one.
///
/// Its superuser is `postgres`; it goes with the value.
public struct OwnServer: Sendable {
  private let server: ScratchServer

  /// Starts a server of a version; one that is durable waits for the disk, as production does.
  public init(on version: TestServer, isDurable: Bool = false) throws {
    var options = try version.options()
    if isDurable { options.settings["fsync"] = "on" }
    server = try ScratchServer.start(options)
  }

  /// How to connect to one of its databases as the superuser.
  public func settings(_ database: String = "postgres") -> ConnectionSettings {
    server.settings(database: database)
  }

  /// Does something while the server takes no connection and no request to cancel, as one that has
  /// lost its network; sessions that are there go on.
  public func whileSilent(_ body: () throws -> Void) rethrows {
    guard let pid = server.pid else { preconditionFailure("the server of a test runs") }
    kill(pid, SIGSTOP)
    defer { kill(pid, SIGCONT) }
    try body()
  }
}
