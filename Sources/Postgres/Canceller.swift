internal import CLibPQ

/// Cancels the statement that a connection runs, from any thread.
///
/// `@unchecked`: libpq documents `PQcancel` as thread-safe, "since the information is kept in the
/// PGcancel object, separate from the PGconn" (manual, 34.7). The pointer never changes.
@safe public final class Canceller: @unchecked Sendable {
  private let handle: OpaquePointer?

  init(_ connection: OpaquePointer) { unsafe handle = unsafe PQgetCancel(connection) }

  deinit { unsafe PQfreeCancel(handle) }

  /// Asks the server to cancel; whether it did shows in what the statement returns.
  public func cancel() {
    guard let handle = unsafe handle else { return }
    var message: [CChar] = Array(repeating: 0, count: 256)
    // A cancel that cannot be delivered leaves the statement running; its own result tells.
    _ = unsafe PQcancel(handle, &message, Int32(message.count))
  }
}
