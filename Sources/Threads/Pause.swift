internal import Glibc

/// Waiting for nothing but time.
public enum Pause {
  /// Blocks the calling thread (nanosleep(2)), also through signals: on a lane of its own, never on
  /// Swift's shared pool.
  public static func blocking(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    guard duration > .zero else { return }
    var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var rest = timespec()
    while unsafe nanosleep(&left, &rest) != 0 && errno == EINTR { left = rest }
  }
}
