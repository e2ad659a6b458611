internal import CLibPQ
private import Dispatch
internal import Synchronization

/// Cancels the statement that a connection runs, from any thread.
///
/// `@unchecked`: libpq documents `PQcancel` as thread-safe, "since the information is kept in the
/// PGcancel object, separate from the PGconn" (manual, 34.7). The pointer never changes.
@safe public final class Canceller: @unchecked Sendable {
  private static let pause = DispatchTimeInterval.milliseconds(100)
  /// How long a request is waited for; a server that is there takes one in milliseconds.
  private static let patience = DispatchTimeInterval.seconds(5)

  private let handle: OpaquePointer?
  private let isInsisting = Mutex(false)
  /// How many requests no server has taken yet.
  private let underWay = Mutex(0)

  init(_ connection: OpaquePointer) { unsafe handle = unsafe PQgetCancel(connection) }

  deinit { unsafe PQfreeCancel(handle) }

  /// Asks the server to cancel; whether it did shows in what the statement returns.
  ///
  /// Blocks until the server has taken the request, and at most five seconds: `PQcancel` makes a
  /// connection of its own and knows no time limit, so a server that has gone without a word would
  /// hold whoever asks, and Ctrl-C with it, for as long as the system tries. The request goes on
  /// without us then, and may still reach a later statement.
  public func cancel() {
    let isTaken = DispatchSemaphore(value: 0)
    underWay.withLock { $0 += 1 }
    DispatchQueue(label: "drydock.cancel.request").async { [self] in
      request()
      underWay.withLock { $0 -= 1 }
      isTaken.signal()
    }
    _ = isTaken.wait(timeout: .now() + Self.patience)
  }

  /// Blocks until the server has taken a request, or the system gives up.
  private func request() {
    guard let handle = unsafe handle else { return }
    var message: [CChar] = Array(repeating: 0, count: 256)
    // A cancel that cannot be delivered leaves the statement running; its own result tells.
    _ = unsafe PQcancel(handle, &message, Int32(message.count))
  }

  /// Asks again and again until a statement was cancelled, or ``relent()``.
  ///
  /// The server forgets a request that comes between two statements: asked once, the next statement
  /// would wait for a lock for ever, and Ctrl-C with it. Returns at once: who cancels many sessions
  /// tells one after the other, and none of them may wait for another one's server.
  func insist() {
    isInsisting.withLock { $0 = true }
    ask(on: DispatchQueue(label: "drydock.cancel"), after: .seconds(0))
  }

  /// Not on the threads that tasks share: whoever keeps those busy must not keep Ctrl-C from coming.
  private func ask(on queue: DispatchQueue, after pause: DispatchTimeInterval) {
    queue.asyncAfter(deadline: .now() + pause) { [self] in
      if askAgain() { ask(on: queue, after: Self.pause) }
    }
  }

  /// Asks no more: what comes now cleans up, or is somebody else's.
  ///
  /// Waits for a request that is on its way, so that none comes later; as long as `cancel` waits.
  func relent() { isInsisting.withLock { $0 = false } }

  private func askAgain() -> Bool {
    isInsisting.withLock { isInsisting in
      // One that no server takes stands for all that would follow it, each with a thread.
      if isInsisting, underWay.withLock({ $0 == 0 }) { cancel() }
      return isInsisting
    }
  }
}
