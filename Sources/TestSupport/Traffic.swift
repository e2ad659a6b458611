public import Postgres
internal import Foundation
internal import Synchronization

/// Sessions that write to table `t` without end, as an application does.
public final class Traffic: Sendable {
  /// What its sessions are called in `pg_stat_activity`.
  public static let application = "traffic"

  private let state = Mutex((isOver: false, statements: 0))

  /// How many statements have ended well.
  public var statements: Int { state.withLock { $0.statements } }

  /// Starts them; each updates the row whose `a` is its number, from 1.
  public init(_ settings: ConnectionSettings, clients: Int) {
    for number in 1...clients {
      let settings = settings.with("application_name", Self.application)
      Thread { [self] in work(settings, number) }.start()
    }
  }

  /// Lets every client end after its statement.
  public func end() { state.withLock { $0.isOver = true } }

  private func work(_ settings: ConnectionSettings, _ number: Int) {
    guard let connection = try? Connection.open(settings) else { return }
    while !state.withLock({ $0.isOver }) {
      // A statement that fails is not counted, and the tests ask that some are.
      if (try? connection.execute("UPDATE t SET a = a WHERE a = \(number)")) != nil {
        state.withLock { $0.statements += 1 }
      }
    }
  }
}
