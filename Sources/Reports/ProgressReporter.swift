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
    case redrawn
    /// A line a minute, for logs.
    case lines
    /// JSON lines, one a second.
    case events
  }

  private struct State {
    var lastShown: Duration?
    var last: Progress?
    /// When the phase began, and how many bytes were done then.
    var phaseStart = Duration.zero
    var phaseBytes: Int64 = 0
    /// Columns of the line that stands on the terminal; nil where none does.
    var drawn: Int?
  }

  private let mode: Mode
  private let width: @Sendable () -> Int
  private let elapsed: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void
  /// Takes every state instead of showing it.
  private let relay: (@Sendable (Progress) -> Void)?
  private let state = Mutex(State())

  /// Makes a reporter.
  ///
  /// `elapsed` tells the time since the work began; `write` puts text out as it is. `width` is asked
  /// at each redraw, since a person may change the window's size at any time.
  public init(
    mode: Mode,
    width: @escaping @Sendable () -> Int = { 80 },
    elapsed: @escaping @Sendable () -> Duration,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.mode = mode
    self.width = width
    self.elapsed = elapsed
    self.write = write
    relay = nil
  }

  /// Makes a reporter that hands every state on, to whoever shows the work of several.
  public init(relay: @escaping @Sendable (Progress) -> Void) {
    mode = .silent
    width = { 80 }
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
      let isNewPhase = state.last?.phase != progress.phase
      if isNewPhase {
        state.phaseStart = now
        state.phaseBytes = progress.bytes
      }
      state.last = progress
      if !isNewPhase, let last = state.lastShown, now - last < interval { return }
      state.lastShown = now
      show(progress, at: now, &state)
    }
  }

  /// Draws the line on the terminal again, so that its time goes on while nobody reports.
  ///
  /// Where no line stands, as while a person is asked something, none is drawn.
  public func tick() {
    guard mode == .redrawn else { return }
    let now = elapsed()
    state.withLock { state in
      guard state.drawn != nil, let last = state.last else { return }
      state.lastShown = now
      show(last, at: now, &state)
    }
  }

  /// Wipes the redrawn line, so that other output can follow.
  public func clear() {
    state.withLock { state in
      if let drawn = state.drawn { write(Self.wiping(drawn, width())) }
      state.drawn = nil
      state.lastShown = nil
    }
  }

  /// What takes a line away that may have been broken into several when the window became narrower.
  private static func wiping(_ drawn: Int, _ width: Int) -> String {
    let above = max(0, drawn - 1) / max(1, width)
    return above == 0 ? "\r\u{1B}[K" : "\r\u{1B}[\(above)A\u{1B}[J"
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
    let line = progress.line(elapsed: now - state.phaseStart, since: state.phaseBytes)
    switch mode {
    case .silent: return
    case .redrawn:
      let width = width()
      let fitting = DisplayWidth.truncate(line, to: max(1, width - 1))
      write(Self.wiping(state.drawn ?? 0, width) + fitting)
      state.drawn = DisplayWidth.of(fitting)
    case .lines: write(line + "\n")
    case .events: write(progress.event(elapsed: now).compact + "\n")
    }
  }
}
