internal import Postgres

extension Session {
  /// Connects for queries of Drydock's own: a name without a schema means the server's.
  ///
  /// Whoever stops a database is often a superuser, and whoever may create in a schema of its search
  /// path could have an `=` of his own called with those rights (CVE-2018-1058). See
  /// `Connection.openForOwnQueries`.
  static func openingForOwnQueries(_ settings: ConnectionSettings) async throws -> Session {
    let session = try await Session.opening(settings)
    try await session.doing("cannot look at the database") { connection in
      _ = try connection.execute("SET search_path = pg_catalog, pg_temp")
    }
    return session
  }
}
