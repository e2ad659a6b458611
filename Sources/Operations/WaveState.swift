/// How far a wave has come.
public enum WaveState: String, Sendable, Equatable {
  /// Not started.
  case waiting
  /// A program was about to start it, and nobody knows whether it did.
  case unknown
  /// Started, and not yet seen caught up.
  case started
  /// Caught up.
  case caughtUp = "caught up"
}
