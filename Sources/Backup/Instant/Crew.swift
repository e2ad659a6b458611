internal import Postgres

/// The connections that read, all of them in the backup's snapshot.
struct Crew: Sendable {
  private let sessions: [Session]

  /// Opens connections and lets each join the exported snapshot.
  static func join(_ snapshot: String, of settings: ConnectionSettings, count: Int) async throws
    -> Crew
  {
    let sessions = try await withThrowingTaskGroup(of: Session.self) { group in
      for _ in 0..<max(1, count) { group.addTask { try await Session.open(settings) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let crew = Crew(sessions: sessions)
    try await crew.work { connection in
      try connection.freeFromSettings()
      try connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
      try connection.execute("SET TRANSACTION SNAPSHOT \(SQL.literal(snapshot))")
      try connection.setTransferSettings(forReading: true)
      try connection.verifyTransferSettings()
    }
    return crew
  }

  /// Runs a body on every connection at the same time, and waits for all of them.
  func work(_ body: @escaping @Sendable (Connection) throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for session in sessions { group.addTask { try await session.run(body) } }
      try await group.waitForAll()
    }
  }

  /// Closes the connections, which ends their transactions.
  func leave() async {
    for session in sessions { await session.close() }
  }
}
