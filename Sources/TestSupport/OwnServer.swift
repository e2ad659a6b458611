internal import Cluster
public import Postgres

/// A server that one test has for itself: roles belong to all databases of one.
///
/// Its superuser is `postgres`; it goes with the value.
public struct OwnServer: Sendable {
  private let server: ScratchServer

  /// Starts a server of a version.
  public init(on version: TestServer) throws {
    server = try ScratchServer.start(try version.options())
  }

  /// How to connect to one of its databases as the superuser.
  public func settings(_ database: String = "postgres") -> ConnectionSettings {
    server.settings(database: database)
  }
}
