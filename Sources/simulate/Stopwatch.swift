/// Adds up the seconds of each kind of work of one night.
struct Stopwatch {
  struct Seconds {
    var open = 0.0
    var plan = 0.0
    var content = 0.0
    var lists = 0.0
    var commit = 0.0
  }

  private(set) var seconds = Seconds()
  private var last = ContinuousClock.now

  /// Counts the time since the last call for a kind of work.
  mutating func lap(_ kind: WritableKeyPath<Seconds, Double>) {
    let now = ContinuousClock.now
    seconds[keyPath: kind] += (now - last) / .seconds(1)
    last = now
  }
}
