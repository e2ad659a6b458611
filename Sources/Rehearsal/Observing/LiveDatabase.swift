public import Catalog
public import Migration
public import Postgres

/// What a database says of itself when it is about to be rehearsed for, or migrated.
public struct LiveDatabase: Sendable {
  /// Which database it is.
  public var target: Receipt.Target
  /// The role that is connected: the migrator.
  public var role: String
  /// What that role may do here, and how its statements are read.
  public var session: LiveSession
  /// What its ledger says.
  public var ledger: Ledger.State
  /// Its schema now.
  public var schema: SchemaFingerprint

  /// Reads it.
  ///
  /// - Parameters:
  ///   - connection: A connection as the migrator.
  ///   - tenant: The schema that is meant; nil for the whole database.
  /// - Returns: What it says.
  /// - Throws: `PostgresError`, or a `Problem` when the ledger is of a newer drydock.
  public static func read(
    _ connection: Connection,
    tenant: String? = nil
  ) throws -> LiveDatabase {
    LiveDatabase(
      target: try Receipt.Target.read(connection),
      role: try connection.execute("SELECT current_user").value ?? "",
      session: try LiveSession.read(connection),
      ledger: try Ledger.read(connection, tenant: tenant),
      schema: try SchemaFingerprint.read(connection)
    )
  }
}

extension Receipt.Target {
  /// The database of a session.
  public static func read(_ connection: Connection) throws -> Receipt.Target {
    let row = try connection.execute(
      """
      SELECT d.datname, d.oid,
        (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier
      FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
      """
    )[0]
    return Receipt.Target(
      systemIdentifier: row.string("system_identifier"),
      database: row.string("datname"),
      oid: row.int("oid")
    )
  }
}
