internal import Foundation

/// The time as signatures and retries need it.
public enum S3Clock {
  /// Whole seconds since 1970 by this machine's clock.
  @Sendable public static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

  /// Blocks the calling thread for some time.
  @Sendable public static func pause(_ duration: Duration) {
    Thread.sleep(forTimeInterval: duration / .seconds(1))
  }
}
