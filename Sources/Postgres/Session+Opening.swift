public import Problems

extension Connection {
  /// Connects, for those who tell a person why it did not work.
  ///
  /// - Parameter settings: The database.
  /// - Returns: The connection.
  /// - Throws: A `Problem` that names the database, without a password.
  public static func opening(_ settings: ConnectionSettings) throws(Problem) -> Connection {
    do {
      return try Connection.open(settings)
    } catch {
      throw error.problem("cannot connect to \(settings)")
    }
  }

  /// Connects for queries of Drydock's own, for those who tell a person why it did not work.
  ///
  /// - Parameter settings: The database.
  /// - Returns: The connection, on which a name without a schema means the server's.
  /// - Throws: A `Problem` that names the database, without a password.
  public static func openingForOwnQueries(_ settings: ConnectionSettings) throws -> Connection {
    do {
      return try Connection.openForOwnQueries(settings)
    } catch let error as PostgresError {
      throw error.problem("cannot connect to \(settings)")
    }
  }
}

extension Session {
  /// Connects, for those who tell a person why it did not work.
  ///
  /// - Parameter settings: The database.
  /// - Returns: The session.
  /// - Throws: A `Problem` that names the database, without a password.
  public static func opening(_ settings: ConnectionSettings) async throws -> Session {
    do {
      return try await Session.open(settings)
    } catch let error as PostgresError {
      throw error.problem("cannot connect to \(settings)")
    }
  }
}
