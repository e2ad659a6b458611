import Dispatch
import Foundation
import Postgres
import Problems
import Synchronization

/// Holds a statement back until whoever watches it has looked: nothing depends on how fast it is.
struct Gatekeeper {
  /// The first number of the advisory locks on which `public.gate` waits.
  static let lockClass = 77

  private let settings: ConnectionSettings
  private let keys: Connection

  init(_ settings: ConnectionSettings) throws {
    self.settings = settings
    keys = try Connection.open(settings)
  }

  /// Runs work that passes gates, on a thread of its own.
  ///
  /// - Parameters:
  ///   - gates: where it is held back, in order.
  ///   - application: the name of the session that waits.
  ///   - work: what to run.
  ///   - look: called each time it waits; when it returns, the gate opens.
  /// - Returns: what the work returned.
  /// - Throws: what the work threw, or that it never waited.
  func run<Value: Sendable>(
    through gates: [StatementKind.Gate],
    as application: String,
    _ work: @escaping @Sendable () throws -> Value,
    look: () throws -> Void
  ) throws -> Value {
    let closed = try gates.map { try close($0) }
    let outcome = Outcome<Value>()
    DispatchQueue(label: "drydock.tests.gate").async { outcome.set(Result { try work() }) }
    for gate in closed {
      do {
        try waitForWaiter(at: gate, application, outcome)
        try look()
      } catch {
        for gate in closed { try open(gate) }
        _ = try outcome.wait().get()
        throw error
      }
      try open(gate)
    }
    return try outcome.wait().get()
  }

  private enum ClosedGate {
    case key(Int)
    case reader(Connection)
  }

  private func close(_ gate: StatementKind.Gate) throws -> ClosedGate {
    switch gate {
    case .key(let key):
      try keys.execute("SELECT pg_advisory_lock(\(Self.lockClass), \(key))")
      return .key(key)
    case .reader(let table):
      let reader = try Connection.open(settings)
      try reader.execute("BEGIN; LOCK TABLE k.\(table) IN ACCESS SHARE MODE")
      return .reader(reader)
    }
  }

  private func open(_ gate: ClosedGate) throws {
    switch gate {
    case .key(let key): try keys.execute("SELECT pg_advisory_unlock(\(Self.lockClass), \(key))")
    case .reader(let reader): try reader.execute("ROLLBACK")
    }
  }

  private func waitForWaiter<Value>(
    at gate: ClosedGate,
    _ application: String,
    _ outcome: Outcome<Value>
  ) throws {
    var query = """
      SELECT count(*) FROM pg_stat_activity AS a JOIN pg_locks AS l USING (pid)
      WHERE a.datname = current_database() AND a.application_name = $1 AND NOT l.granted
      """
    if case .key(let key) = gate {
      query += " AND l.locktype = 'advisory' AND l.classid = \(Self.lockClass) AND l.objid = \(key)"
    }
    while try keys.query(query, [.text(application)]).int == 0 {
      guard !outcome.isSet else {
        _ = try outcome.wait().get()
        throw Problem(code: "tests.no-gate", "the statement ended and never waited")
      }
    }
  }
}

/// A value that another thread makes.
private final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  var isSet: Bool { result.withLock { $0 != nil } }

  func set(_ value: Result<Value, any Error>) {
    result.withLock { $0 = value }
    done.signal()
  }

  func wait() -> Result<Value, any Error> {
    done.wait()
    done.signal()
    guard let value = result.withLock({ $0 }) else { preconditionFailure("nothing was set") }
    return value
  }
}
