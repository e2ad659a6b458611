public import FoundationEssentials

/// What tells the time and waits, so that a test need not.
public struct WallClock: Sendable {
  /// The time.
  public var now: @Sendable () -> Date
  /// Waits; throws when the task is cancelled meanwhile.
  public var pause: @Sendable (Duration) async throws -> Void

  /// Makes a clock.
  public init(
    now: @escaping @Sendable () -> Date,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.now = now
    self.pause = pause
  }
}
