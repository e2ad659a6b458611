internal import Postgres
public import Problems
internal import Synchronization
internal import Threads

/// Stops a run from another thread: the statement that runs is cancelled, and nothing follows it.
public final class Interruption: Sendable {
  private struct State {
    var isRequested = false
    var canceller: Canceller?
  }

  private let state = Mutex(State())

  /// An interruption that has not been asked for.
  public init() {}

  /// Asks the run to stop; it ends with a `Problem` of kind `interrupted` or `partial`.
  public func request() {
    let canceller = state.withLock { state in
      state.isRequested = true
      return state.canceller
    }
    canceller?.cancel()
  }

  /// Whether the run was asked to stop.
  public var isRequested: Bool { state.withLock { $0.isRequested } }

  /// Makes a connection the one whose statement is cancelled; nil when it is done.
  func attach(_ canceller: Canceller?) { state.withLock { $0.canceller = canceller } }

  /// Throws where the run was asked to stop.
  ///
  /// - Throws: A `Problem` of kind `interrupted`.
  public func check() throws(Problem) {
    guard isRequested else { return }
    throw Problem(
      .interrupted,
      code: "migrate.interrupted",
      "the run was interrupted",
      hint: "What was not committed was rolled back; run the command again to go on."
    )
  }

  /// Sleeps in short naps, so that an interruption is not slept through.
  func sleep(_ duration: Duration) throws(Problem) {
    var left = Double(duration.serverMilliseconds) / 1_000
    while left > 0 {
      try check()
      Pause.blocking(.seconds(min(left, 0.1)))
      left -= 0.1
    }
  }
}
