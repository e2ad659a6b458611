internal import Postgres
internal import Problems

/// Tries again when a lock was not obtained in time, and for no other reason.
struct LockLadder {
  let policy: LockPolicy
  let interruption: Interruption

  /// `lock_not_available` and `deadlock_detected` (PostgreSQL manual, appendix A).
  private static let retryable: Set<String?> = ["55P03", "40P01"]

  /// Calls the body until it succeeds, fails for another reason, or the attempts are used up.
  func climb<Value>(_ body: (_ attempt: Int) throws -> Value) throws -> Value {
    var attempt = 1
    while true {
      do {
        return try body(attempt)
      } catch {
        guard Self.retryable.contains(Self.state(of: error)), attempt < policy.attempts else {
          throw error
        }
      }
      // A tenth of chance keeps two that wait for each other from meeting again.
      try interruption.sleep(policy.pause(after: attempt) * Double.random(in: 1...1.1))
      attempt += 1
    }
  }

  static func isLockFailure(_ error: any Error) -> Bool { retryable.contains(state(of: error)) }

  private static func state(of error: any Error) -> String? {
    (error as? StatementRunner.Failure)?.error.sqlState ?? (error as? PostgresError)?.sqlState
      ?? "none"
  }
}
