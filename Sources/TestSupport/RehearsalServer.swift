internal import Cluster
internal import Foundation
public import Postgres

/// A server that a user names for rehearsals: its superuser's name is nobody's in production, and
/// whoever else logs in needs a password.
public struct RehearsalServer: Sendable {
  private static let superuser = "rehearser"
  private let server: ScratchServer

  /// Starts a server of a version; it goes with the value.
  ///
  /// - Parameters:
  ///   - version: The version.
  ///   - settings: More of its settings.
  /// - Throws: Why it could not be started.
  public init(on version: TestServer, _ settings: [String: String] = [:]) throws {
    var options = try version.options()
    options.settings.merge(settings) { _, given in given }
    server = try ScratchServer.start(options)
    try Connection.open(server.settings()).execute("CREATE ROLE rehearser SUPERUSER LOGIN")
    try Connection.open(address()).execute(
      "ALTER ROLE \(ScratchServer.superuser) RENAME TO rehearsal_bootstrap"
    )
    try server.stop()
    // In place: the file belongs to the server's user.
    let rules = try FileHandle(
      forWritingTo: URL(fileURLWithPath: "\(server.dataDirectory)/pg_hba.conf")
    )
    try rules.truncate(atOffset: 0)
    try rules.write(
      contentsOf: Data("local all rehearser trust\nlocal all all scram-sha-256\n".utf8)
    )
    try rules.close()
    try server.startAgain(checkedBy: Self.superuser)
  }

  /// How to connect to one of its databases as the superuser.
  public func address(_ database: String = "postgres") -> ConnectionSettings {
    server.settings(database: database, user: Self.superuser)
  }

  /// Everything on it that does not belong to one database alone, and the schemas of `postgres`.
  public func inventory() throws -> [String] {
    try Connection.open(address()).execute(
      """
      SELECT 'database ' || datname AS what FROM pg_database
      UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname !~ '^pg_'
      UNION ALL SELECT 'tablespace ' || spcname FROM pg_tablespace
      UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
      ORDER BY 1
      """
    ).map { $0.string("what") }
  }
}
