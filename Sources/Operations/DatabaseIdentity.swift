public import Postgres

/// Which database this is, however it is called: the cluster's identifier and the database's oid.
public struct DatabaseIdentity: Codable, Sendable, Equatable {
  /// The database's name.
  public var name: String
  /// The cluster's system identifier.
  public var systemIdentifier: String
  /// The database's oid in that cluster.
  public var oid: Int

  /// Makes an identity.
  public init(name: String, systemIdentifier: String, oid: Int) {
    self.name = name
    self.systemIdentifier = systemIdentifier
    self.oid = oid
  }

  /// Looks at the database of a session.
  public static func read(_ connection: Connection) throws(PostgresError) -> DatabaseIdentity {
    let row = try connection.execute(
      """
      SELECT datname, oid, (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system
      FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
      """
    )[0]
    return DatabaseIdentity(
      name: row.string("datname"),
      systemIdentifier: row.string("system"),
      oid: row.int("oid")
    )
  }

  /// Whether it is the same database, whatever its name is by now.
  public func isSame(as other: DatabaseIdentity) -> Bool {
    systemIdentifier == other.systemIdentifier && oid == other.oid
  }

  /// The beginning of the names of records about it.
  var recordName: String { "\(systemIdentifier)-\(oid)" }
}
