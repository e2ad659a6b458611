public import Postgres

/// The databases of a server in which somebody can work.
public struct ServerDatabases: Sendable, Equatable {
  /// Their names, sorted.
  public var names: [String]
  /// The cluster's system identifier.
  public var systemIdentifier: String

  /// Lists the databases that allow connections and are no templates.
  ///
  /// A database whose removal was interrupted lets nobody in and is left out too (`datconnlimit`,
  /// manual, 53.15 "pg_database").
  ///
  /// - Parameter connection: A session in any database of the server.
  /// - Returns: The databases, also those that the session's role may not enter.
  /// - Throws: `PostgresError`.
  public static func read(_ connection: Connection) throws(PostgresError) -> ServerDatabases {
    let rows = try connection.execute(
      """
      SELECT datname, (SELECT system_identifier FROM pg_catalog.pg_control_system()) AS system
      FROM pg_catalog.pg_database
      WHERE datallowconn AND NOT datistemplate
        AND datconnlimit OPERATOR(pg_catalog.>=) -1
      """
    )
    return ServerDatabases(
      names: rows.map { $0.string("datname") }.sorted(),
      systemIdentifier: rows.first?.string("system") ?? ""
    )
  }
}
