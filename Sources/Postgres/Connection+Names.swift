extension Connection {
  /// Connects for queries of Drydock's own: a name without a schema means the server's.
  ///
  /// A database's own `search_path` may put a schema before `pg_catalog`, and whoever may create there
  /// would have his `=` called with the rights of the role that connects (CVE-2018-1058). The path with
  /// which patches run stays readable as `ownSearchPath()`.
  ///
  /// - Parameter settings: The database.
  /// - Returns: The connection.
  /// - Throws: `PostgresError` where it cannot be made; a `Problem` where a proxy lends out sessions
  ///   by the transaction, for the path would stay on a session that production's clients get next.
  public static func openForOwnQueries(_ settings: ConnectionSettings) throws -> Connection {
    let connection = try open(settings)
    if try connection.isBehindProxy() { try connection.requireOwnSession() }
    try connection.execute("SET search_path = pg_catalog, pg_temp")
    return connection
  }

  /// The search path with which the session began: of the role, the database or the server.
  ///
  /// - Returns: The list as the server writes it.
  /// - Throws: `PostgresError`.
  public func ownSearchPath() throws(PostgresError) -> String {
    try query(
      "SELECT reset_val FROM pg_catalog.pg_settings WHERE name = 'search_path'",
      []
    ).value ?? ""
  }
}
