public import Postgres
internal import Problems

/// Which database this is, beyond doubt: a name alone has cost people the wrong one.
public struct TargetIdentity: Sendable, Equatable {
  /// The database's name.
  public var database: String
  /// The database's oid.
  public var oid: Int
  /// The cluster's system identifier.
  public var systemIdentifier: String
  /// The server's address and port, or `local socket`.
  public var server: String
  /// The server's version number.
  public var serverVersion: Int
  /// The environment label, where the database carries one that was made for it.
  public var label: String?
  /// The role that is connected.
  public var role: String

  /// Whether a replacing restore is refused unless trusted configuration allows it.
  public var isProtected: Bool { label == EnvironmentLabel.protected }

  /// Refuses a protected database, unless trusted configuration allows it.
  func requireUnprotected(unless isAllowed: Bool) throws {
    guard isProtected, !isAllowed else { return }
    throw Problem(
      .refused,
      code: "restore.protected",
      "database \(database) is labelled protected; nothing was changed",
      hint: "Trusted configuration can allow it: policy.allow_replace of this target."
    )
  }

  /// Looks at the database of a session.
  public static func read(_ connection: Connection) throws -> TargetIdentity {
    let row = try connection.execute(query)[0]
    let oid = row.int("oid")
    let system = row.string("system_identifier")
    return TargetIdentity(
      database: row.string("datname"),
      oid: oid,
      systemIdentifier: system,
      server: row["address"].map { "\($0) port \(row.string("port"))" } ?? "local socket",
      serverVersion: connection.serverVersion,
      label: try EnvironmentLabel.read(connection, systemIdentifier: system, oid: oid),
      role: row.string("role")
    )
  }

  /// The lines that a token binds.
  var binding: String {
    "target \(systemIdentifier) \(oid) \(database) \(server) \(serverVersion) \(label ?? "-")"
  }

  private static let query = """
    SELECT d.datname, d.oid, pg_catalog.host(pg_catalog.inet_server_addr()) AS address,
      pg_catalog.inet_server_port() AS port, current_user AS role,
      (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
    """
}
