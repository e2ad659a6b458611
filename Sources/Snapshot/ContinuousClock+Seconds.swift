extension ContinuousClock.Instant {
  /// Seconds between this instant and now, as manifests and proofs record them.
  public var secondsAgo: Double { (ContinuousClock.now - self) / .seconds(1) }
}
