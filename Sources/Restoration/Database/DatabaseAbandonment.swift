internal import Postgres
internal import Problems

/// The drop of a copy that was never live: nothing in it is anybody's, and who is in it is ended.
struct DatabaseAbandonment: Sendable {
  private static let attempts = 12

  /// The copy's name.
  let copy: String
  /// The way to its server.
  let settings: ConnectionSettings

  /// Drops it, if it is there; from the session on the maintenance database.
  func run(on keeper: Session) async throws {
    if let found = try await hindrances(keeper), !found.subscriptions.isEmpty {
      try await drop(found.subscriptions)
    }
    try await hindrances(keeper)?.requireDroppable(copy, "give the same command again")
    try await keeper.run { try drop($0) }
  }

  private func hindrances(_ keeper: Session) async throws -> DatabaseHindrances? {
    try await keeper.run { [copy] connection in
      try DatabaseBuild.find(copy, connection).map { try DatabaseHindrances.read($0, connection) }
    }
  }

  /// Lets subscriptions go without their slots, since the server drops no database that has one.
  ///
  /// The snapshot's have never run in this copy, and the slots elsewhere are the live database's.
  private func drop(_ subscriptions: [PlannedSubscription]) async throws {
    let session = try await Session.opening(settings.database(copy))
    try await session.run { connection in
      for subscription in subscriptions {
        let name = SQL.identifier(subscription.name)
        try connection.execute("ALTER SUBSCRIPTION \(name) DISABLE")
        try connection.execute("ALTER SUBSCRIPTION \(name) SET (slot_name = NONE)")
        try connection.execute("DROP SUBSCRIPTION \(name)")
      }
    }
    await session.close()
  }

  /// The server waits five seconds for those whom it has told to go; a busy one needs longer.
  private func drop(_ connection: Connection) throws(PostgresError) {
    var attempt = 1
    while true {
      do {
        try connection.execute("DROP DATABASE IF EXISTS \(SQL.identifier(copy)) WITH (FORCE)")
        return
      } catch {
        let isInUse = error.sqlState == "55006" || error.isRetryable
        guard isInUse, !error.isConnectionLost, attempt < Self.attempts else { throw error }
        attempt += 1
      }
    }
  }
}
