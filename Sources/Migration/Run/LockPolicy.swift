/// How long a patch waits for locks, and how often it tries again.
///
/// A statement that waits for a lock makes everybody behind it wait as well. So each wait is short,
/// the attempts are many, the pauses between them grow, and the last attempt is as short as the
/// first.
public struct LockPolicy: Sendable, Equatable {
  /// How long one statement waits for one lock (`lock_timeout`).
  public var timeout: Duration
  /// How many attempts a patch, or a step of one, has.
  public var attempts: Int
  /// The pause after the first attempt; each next one is twice as long.
  public var firstPause: Duration
  /// The longest pause.
  public var longestPause: Duration
  /// How long a statement outside any transaction waits, such as `CREATE INDEX CONCURRENTLY`.
  ///
  /// It blocks nobody while it waits for older transactions to end, so it may wait longer.
  public var concurrentTimeout: Duration

  /// Makes a policy; by default ten attempts of 2 s over about two minutes.
  public init(
    timeout: Duration = .seconds(2),
    attempts: Int = 10,
    firstPause: Duration = .milliseconds(500),
    longestPause: Duration = .seconds(20),
    concurrentTimeout: Duration = .seconds(600)
  ) {
    self.timeout = timeout
    self.attempts = attempts
    self.firstPause = firstPause
    self.longestPause = longestPause
    self.concurrentTimeout = concurrentTimeout
  }

  /// The pause after an attempt, counted from 1.
  func pause(after attempt: Int) -> Duration {
    min(longestPause, firstPause * (1 << min(attempt - 1, 16)))
  }
}

extension Duration {
  /// Whole milliseconds, at least one: 0 would switch a timeout of the server off.
  var serverMilliseconds: Int {
    let (seconds, attoseconds) = components
    return max(1, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}
