import Synchronization

/// Shows progress: as one redrawn line, a line a minute, a stream of events, or not at all.
///
/// Any thread may report. Time and output are given from outside, so that tests own both.
public final class ProgressReporter: Sendable {
  /// How progress is shown.
  public enum Mode: Sendable, Equatable {
    /// Not at all.
    case silent
    /// One line of a terminal, redrawn in place.
    case redrawn(width: Int)
    /// A line a minute, for logs.
    case lines
    /// JSON lines, one a second.
    case events
  }

  private struct State {
    var lastShown: Duration?
    var lastPhase: String?
    var isLineOpen = false
  }

  private let mode: Mode
  private let elapsed: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void
  /// Takes every state instead of showing it.
  private let relay: (@Sendable (Progress) -> Void)?
  private let state = Mutex(State())

  /// Makes a reporter.
  ///
  /// `elapsed` tells the time since the work began; `write` puts text out as it is.
  public init(
    mode: Mode,
    elapsed: @escaping @Sendable () -> Duration,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.mode = mode
    self.elapsed = elapsed
    self.write = write
    relay = nil
  }

  /// Makes a reporter that hands every state on, to whoever shows the work of several.
  public init(relay: @escaping @Sendable (Progress) -> Void) {
    mode = .silent
    elapsed = { .zero }
    write = { _ in }
    self.relay = relay
  }

  /// Takes note of a state, and shows it if the last one was shown long enough ago.
  ///
  /// A new phase is shown at once.
  public func report(_ progress: Progress) {
    if let relay { return relay(progress) }
    guard let interval else { return }
    let now = elapsed()
    state.withLock { state in
      let isNewPhase = state.lastPhase != progress.phase
      if !isNewPhase, let last = state.lastShown, now - last < interval { return }
      state.lastShown = now
      state.lastPhase = progress.phase
      show(progress, at: now, &state)
    }
  }

  /// Wipes the redrawn line, so that other output can follow.
  public func clear() {
    state.withLock { state in
      if state.isLineOpen { write("\r\u{1B}[K") }
      state.isLineOpen = false
      state.lastShown = nil
    }
  }

  private var interval: Duration? {
    switch mode {
    case .silent: nil
    case .redrawn: .milliseconds(200)
    case .lines: .seconds(60)
    case .events: .seconds(1)
    }
  }

  private func show(_ progress: Progress, at now: Duration, _ state: inout State) {
    switch mode {
    case .silent: return
    case .redrawn(let width):
      let line = DisplayWidth.truncate(progress.line(elapsed: now), to: max(20, width - 1))
      write("\r\u{1B}[K\(line)")
      state.isLineOpen = true
    case .lines: write(progress.line(elapsed: now) + "\n")
    case .events: write(progress.event(elapsed: now).compact + "\n")
    }
  }
}
