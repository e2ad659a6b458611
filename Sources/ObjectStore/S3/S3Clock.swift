internal import FoundationEssentials
internal import Threads

/// The time as signatures and retries need it.
public enum S3Clock {
  /// Whole seconds since 1970 by this machine's clock.
  @Sendable public static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

  /// Blocks the calling thread for some time, or until it need not wait any more.
  @Sendable public static func pause(
    _ duration: Duration,
    unless isStopped: @Sendable () -> Bool
  ) {
    let end = ContinuousClock.now + duration
    while !isStopped() {
      let left = end - ContinuousClock.now
      guard left > .zero else { return }
      Pause.blocking(min(left, .milliseconds(100)))
    }
  }
}
