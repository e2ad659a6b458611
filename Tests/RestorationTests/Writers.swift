import Postgres
import Synchronization

/// Sessions that insert numbered rows, one transaction each, and remember which were acknowledged.
final class Writers: Sendable {
  private let settings: ConnectionSettings
  private let acknowledged = Mutex<Set<String>>([])
  private let isStopped = Mutex(false)

  init(_ settings: ConnectionSettings) { self.settings = settings }

  /// The rows whose COMMIT was acknowledged.
  var rows: Set<String> { acknowledged.withLock { $0 } }

  /// Runs `body` while several sessions write into a table of two numbers.
  func write<Value: Sendable>(
    into table: String,
    _ count: Int,
    during body: () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...count {
        group.addTask { try await Lane("writer").run { try self.run(writer, table) } }
      }
      defer { isStopped.withLock { $0 = true } }
      try await Task.sleep(for: .milliseconds(200))
      let value = try await body()
      try await Task.sleep(for: .milliseconds(200))
      isStopped.withLock { $0 = true }
      try await group.waitForAll()
      return value
    }
  }

  private func run(_ writer: Int, _ table: String) throws {
    let connection = try Connection.open(settings)
    var number = 0
    while !isStopped.withLock({ $0 }) {
      number += 1
      try connection.execute("BEGIN; INSERT INTO \(table) VALUES (\(writer), \(number)); COMMIT")
      acknowledged.withLock { _ = $0.insert("\(writer) \(number)") }
    }
  }
}
