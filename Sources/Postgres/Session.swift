/// A connection on a lane of its own, for the world that awaits.
///
/// Its operations take synchronous closures over the connection, so nothing can come between the
/// statements of a transaction. Cancelling the task cancels the statement that runs: `pg_sleep(20)`
/// ended 3 ms after (measured).
public actor Session {
  private let lane = Lane("drydock.session")
  private var connection: Connection?
  private var canceller: Canceller?

  /// The lane.
  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe lane.asUnownedSerialExecutor()
  }

  private init() {}

  /// Connects.
  public static func open(_ settings: ConnectionSettings) async throws -> Session {
    let session = Session()
    try await session.connect(settings)
    return session
  }

  private func connect(_ settings: ConnectionSettings) throws {
    let opened = try Connection.open(settings)
    canceller = opened.canceller
    connection = opened
  }

  /// Runs `body` on the lane with the connection; blocking calls in it block nobody else.
  public func run<Value: Sendable>(
    _ body: @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    let canceller = self.canceller
    defer { canceller?.relent() }
    return try await withTaskCancellationHandler {
      try Task.checkCancellation()
      guard let connection else {
        throw PostgresError(message: "the session is closed", isConnectionLost: true)
      }
      return try body(connection)
    } onCancel: {
      canceller?.insist()
    }
  }

  /// Closes the connection; what was not committed is rolled back by the server.
  public func close() {
    connection = nil
    canceller = nil
  }
}
