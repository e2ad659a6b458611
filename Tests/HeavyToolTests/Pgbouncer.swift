import Cluster
import Files
import Foundation
import Postgres
import TestSupport
import Processes

/// PgBouncer before a server, as the user that the server runs as: it refuses to be root.
final class Pgbouncer {
  private let child: Child
  private let socket: String
  private static let port = 6432

  /// Starts it and waits until it lends a session.
  ///
  /// - Parameters:
  ///   - mode: `session`, `transaction` or `statement`, as its manual calls them.
  ///   - database: a database of the server, to which every name leads.
  ///   - directory: where everybody may write.
  /// - Throws: why it could not be started.
  init(_ mode: String, before database: ConnectionSettings, in directory: String) throws {
    socket = directory
    let path = "\(directory)/\(mode).ini"
    let server = ["host", "port", "user"].map { "\($0)=\(database.keywords[$0] ?? "")" }
    try AtomicFile.write(
      Array(
        """
        [databases]
        * = \(server.joined(separator: " "))
        [pgbouncer]
        unix_socket_dir = \(directory)
        listen_port = \(Self.port)
        auth_type = any
        pool_mode = \(mode)
        """.utf8
      ),
      to: path,
      durability: .fast
    )
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let log = "\(directory)/\(mode).log"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    guard let output = FileHandle(forWritingAtPath: log) else {
      preconditionFailure("a file that was just made can be opened")
    }
    child = try Invocation(
      "/usr/sbin/pgbouncer",
      [path],
      environment: [:],
      directory: directory,
      confinement: Confinement(user: Confinement.forScratch.user)
    ).start(log: output.fileDescriptor)
    Wait.asLongAs(child.status == nil && (try? Connection.open(settings(of: database))) == nil)
  }

  deinit { child.terminate() }

  /// The way to a database through it.
  func settings(of database: ConnectionSettings) -> ConnectionSettings {
    database.with("host", socket).with("port", "\(Self.port)")
  }
}
