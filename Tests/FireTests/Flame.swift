import Foundation
import Postgres
import Synchronization

/// Burns until somebody puts it out; writers and chaos work as long.
final class Flame: Sendable {
  private let isOut = Atomic(false)
  private let doneSteps = Atomic(0)

  /// Whether there is still something to do.
  var burns: Bool { !isOut.load(ordering: .relaxed) }

  /// What writers and chaos have done until now: transactions and actions that went through.
  var steps: Int { doneSteps.load(ordering: .relaxed) }

  /// Ends it for everybody.
  func putOut() { isOut.store(true, ordering: .relaxed) }

  /// Opens sessions and uses them, each until it breaks, as long as the flame burns.
  ///
  /// An error that `Unrest` does not explain is thrown on: it is a fault of the test or the server.
  func keepWorking(
    _ settings: ConnectionSettings,
    _ step: (Connection) throws -> Void
  ) throws {
    while burns {
      do {
        let connection = try Connection.open(settings)
        while burns { try attempt(step, connection) }
      } catch let error as PostgresError where Unrest.explains(error) {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  private func attempt(_ step: (Connection) throws -> Void, _ connection: Connection) throws {
    do {
      try step(connection)
      doneSteps.add(1, ordering: .relaxed)
    } catch let error as PostgresError where Unrest.explains(error) && !Unrest.isLost(error) {
      try connection.execute("ROLLBACK")
    }
  }
}

/// What goes wrong for a session merely because others lock, alter and crash at the same time.
enum Unrest {
  /// Whether the session is gone; what has no SQLSTATE comes from libpq, not from the server.
  static func isLost(_ error: PostgresError) -> Bool {
    error.isConnectionLost || error.sqlState == nil
  }

  static func explains(_ error: PostgresError) -> Bool {
    isLost(error) || states.contains(error.sqlState ?? "")
  }

  /// SQLSTATEs (manual, appendix A).
  private static let states: Set<String> = [
    // Lock timeout, deadlock, serialization failure, object in use, prepared transaction busy.
    "55P03", "40P01", "40001", "55006", "55000",
    // Shutdown, crash of another session, not yet accepting connections.
    "57P01", "57P02", "57P03",
    // A table, a column, a type, a label, a prepared transaction that was there a moment ago.
    "42P01", "42703", "42704", "22P02", "42P17",
    // The table is at its 1,600 columns; it will be made anew.
    "54011",
    // "tuple concurrently updated", "cache lookup failed": two changes of one definition.
    "XX000",
  ]
}
