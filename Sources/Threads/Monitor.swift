private import Synchronization

/// State that several threads share, and wait for.
///
/// Every change wakes all that wait, since each waits for something else. A thread that waits is
/// blocked: on a lane of its own, never on Swift's shared pool.
public final class Monitor<State: Sendable>: Sendable {
  private let state: Mutex<State>
  private let changed = Condition()

  /// Makes a monitor of a first state.
  public init(_ state: State) { self.state = Mutex(state) }

  /// Changes the state, and wakes everyone.
  public func change<Value: Sendable>(_ body: (inout State) throws -> Value) rethrows -> Value {
    changed.lock()
    defer {
      changed.wakeAll()
      changed.unlock()
    }
    return try state.withLock { state throws in try body(&state) }
  }

  /// Waits until there is an answer, and returns it.
  ///
  /// - Parameter answer: Looks at the state, may change it, and is nil as long as the caller has
  ///   to wait; asked at once and after every change.
  /// - Returns: What `answer` said at last.
  public func wait<Value: Sendable>(for answer: (inout State) -> Value?) -> Value {
    changed.lock()
    defer {
      changed.wakeAll()
      changed.unlock()
    }
    while true {
      if let value = state.withLock({ answer(&$0) }) { return value }
      changed.wait()
    }
  }
}
