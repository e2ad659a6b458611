/// How often a request is tried, and how long is waited in between.
///
/// Exponential backoff with full jitter: a random part of a limit that doubles. Clients that failed
/// together do not come back together.
public struct S3Retry: Sendable {
  /// How often a request is tried at most.
  public var attempts: Int
  /// The limit of the first pause.
  public var base: Duration
  /// The limit of every pause.
  public var limit: Duration
  /// A number from 0 up to 1.
  var random: @Sendable () -> Double
  /// Waits, or less where its second argument says that there is no need any more.
  var pause: @Sendable (Duration, @Sendable () -> Bool) -> Void

  /// Makes a rule; eight attempts wait for 15 s on average and 32 s at most.
  public init(
    attempts: Int = 8,
    base: Duration = .milliseconds(250),
    limit: Duration = .seconds(20),
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
    pause: @escaping @Sendable (Duration, @Sendable () -> Bool) -> Void = S3Clock.pause
  ) {
    self.attempts = attempts
    self.base = base
    self.limit = limit
    self.random = random
    self.pause = pause
  }

  /// The pause after a number of failed attempts, from 1.
  func delay(after failures: Int) -> Duration {
    min(limit, base * Double(1 << min(failures - 1, 20))) * random()
  }
}
