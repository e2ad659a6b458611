internal import Synchronization

/// What becomes of requests when somebody asks to stop, as with Ctrl-C.
///
/// What is on its way is given up, and so is a pause. Whoever tidies up then, such as a writer that
/// removes its lease, has a moment for it, with one attempt for each request; after that no request
/// is sent any more.
final class S3Stop: Sendable {
  /// Whether to stop; asked from any thread.
  let isAsked: @Sendable () -> Bool
  private let grace: Duration
  private let noticed = Mutex<ContinuousClock.Instant?>(nil)

  /// Makes it.
  ///
  /// - Parameters:
  ///   - grace: How long requests are still sent after a stop.
  ///   - isAsked: Whether to stop.
  init(grace: Duration = .seconds(1), isAsked: @escaping @Sendable () -> Bool) {
    self.grace = grace
    self.isAsked = isAsked
  }

  /// What is left of the moment for tidying up; nil as long as nobody asked to stop.
  ///
  /// Throws `CancellationError` when nothing is left.
  func rest() throws -> Duration? {
    guard isAsked() else { return nil }
    let start = noticed.withLock { noticed in
      let start = noticed ?? .now
      noticed = start
      return start
    }
    let left = start + grace - .now
    guard left > .zero else { throw CancellationError() }
    return left
  }
}
