internal import CLibPQ
private import Dispatch
internal import Synchronization

/// Cancels the statement that a connection runs, from any thread.
///
/// `@unchecked`: libpq documents `PQcancel` as thread-safe, "since the information is kept in the
/// PGcancel object, separate from the PGconn" (manual, 34.7). The pointer never changes.
@safe public final class Canceller: @unchecked Sendable {
  private static let pause = DispatchTimeInterval.milliseconds(100)

  private let handle: OpaquePointer?
  private let isInsisting = Mutex(false)

  init(_ connection: OpaquePointer) { unsafe handle = unsafe PQgetCancel(connection) }

  deinit { unsafe PQfreeCancel(handle) }

  /// Asks the server to cancel; whether it did shows in what the statement returns.
  public func cancel() {
    guard let handle = unsafe handle else { return }
    var message: [CChar] = Array(repeating: 0, count: 256)
    // A cancel that cannot be delivered leaves the statement running; its own result tells.
    _ = unsafe PQcancel(handle, &message, Int32(message.count))
  }

  /// Asks again and again until a statement was cancelled, or ``relent()``.
  ///
  /// The server forgets a request that comes between two statements: asked once, the next statement
  /// would wait for a lock for ever, and Ctrl-C with it.
  func insist() {
    isInsisting.withLock { $0 = true }
    cancel()
    askLater(on: DispatchQueue(label: "drydock.cancel"))
  }

  /// Not on the threads that tasks share: whoever keeps those busy must not keep Ctrl-C from coming.
  private func askLater(on queue: DispatchQueue) {
    queue.asyncAfter(deadline: .now() + Self.pause) { [self] in
      if askAgain() { askLater(on: queue) }
    }
  }

  /// Asks no more: what comes now cleans up, or is somebody else's.
  ///
  /// Waits for a request that is on its way, so that none comes later.
  func relent() { isInsisting.withLock { $0 = false } }

  private func askAgain() -> Bool {
    isInsisting.withLock { isInsisting in
      if isInsisting { cancel() }
      return isInsisting
    }
  }
}
