public import Catalog
public import Migration
public import Postgres

/// What a database says of itself when it is about to be rehearsed for, or migrated.
public struct LiveDatabase: Sendable {
  /// Which database it is.
  public var target: Receipt.Target
  /// The role that is connected: the migrator.
  public var role: String
  /// What its ledger says.
  public var ledger: Ledger.State
  /// Its schema now.
  public var schema: SchemaFingerprint

  /// Reads it.
  public static func read(_ connection: Connection) throws -> LiveDatabase {
    let row = try connection.execute(identityQuery)[0]
    return LiveDatabase(
      target: Receipt.Target(
        systemIdentifier: row.string("system_identifier"),
        database: row.string("datname"),
        oid: row.int("oid")
      ),
      role: row.string("role"),
      ledger: try Ledger.read(connection),
      schema: try SchemaFingerprint.read(connection)
    )
  }

  private static let identityQuery = """
    SELECT d.datname, d.oid, current_user AS role,
      (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system_identifier
    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
    """
}
