private import Dispatch
internal import Postgres
private import Synchronization

/// Watches the locks of a session from a second one, on a thread of its own.
///
/// A statement outside a transaction has let go of its locks when it ends, and what it holds in
/// between nobody but a second session sees.
final class LockSampler: Sendable {
  private struct Run {
    var tally = LockTally()
    var error: PostgresError?
  }

  private static let period = DispatchTimeInterval.milliseconds(5)

  /// The name under which the server lists its session.
  static let applicationName = "drydock lock sampler"

  private let lane = DispatchQueue(label: "drydock.lock-sampler")
  private let end = DispatchSemaphore(value: 0)
  private let run = Mutex(Run())

  /// Begins to watch; returns when the first sample was taken, or could not be.
  ///
  /// - Parameters:
  ///   - pid: the session's process.
  ///   - settings: how a superuser connects.
  init(watching pid: Int, as settings: ConnectionSettings) {
    let begun = DispatchSemaphore(value: 0)
    lane.async { [self] in
      do throws(PostgresError) {
        try sample(pid, settings) { begun.signal() }
      } catch {
        run.withLock { $0.error = error }
        begun.signal()
      }
    }
    begun.wait()
  }

  /// Ends watching.
  ///
  /// - Returns: what was seen.
  /// - Throws: why the watch ended before.
  func stop() throws(PostgresError) -> LockTally {
    end.signal()
    lane.sync {}
    let outcome = run.withLock { $0 }
    if let error = outcome.error { throw error }
    return outcome.tally
  }

  private func sample(
    _ pid: Int,
    _ settings: ConnectionSettings,
    whenBegun begun: () -> Void
  ) throws(PostgresError) {
    let connection = try Connection.open(
      settings.with("application_name", Self.applicationName)
    )
    try connection.execute(ScratchWatch.session)
    let clock = ContinuousClock()
    let start = clock.now
    var isFirst = true
    repeat {
      let locks = try connection.query(Self.query, [Parameter(pid)]).map { row in
        Look.Lock(relation: row.int("relation"), mode: row.string("mode"))
      }
      let time = (clock.now - start) / .seconds(1)
      run.withLock { $0.tally.take(Set(locks), at: time) }
      if isFirst { begun() }
      isFirst = false
    } while end.wait(timeout: .now() + Self.period) == .timedOut
    let time = (clock.now - start) / .seconds(1)
    run.withLock { $0.tally.take([], at: time) }
  }

  private static let query = """
    SELECT relation, mode FROM pg_catalog.pg_locks
    WHERE pid = $1 AND locktype = 'relation' AND granted AND mode <> 'AccessShareLock'
    """
}
