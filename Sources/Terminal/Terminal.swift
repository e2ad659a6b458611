import Glibc

/// What can be asked of a standard stream that may be a terminal.
public enum Terminal {
  /// One of the three streams that every process is born with.
  public enum Stream: Int32, Sendable {
    /// Standard input.
    case input = 0
    /// Standard output.
    case output = 1
    /// Standard error.
    case error = 2
  }

  /// Whether a person sits at the other end (isatty(3)).
  public static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

  /// The number of columns, or nil when the stream is no terminal (tty_ioctl(4)).
  public static func width(_ stream: Stream) -> Int? {
    var size = winsize()
    let status = unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size)
    return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
  }

  /// Writes all bytes; returns the error number of the first write that failed, or nil.
  public static func write(_ bytes: [UInt8], to stream: Stream) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(stream.rawValue, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        guard errno == EAGAIN else { return errno }
        // Whoever shares the stream made it return at once, as some runners of CI do.
        var full = pollfd(fd: stream.rawValue, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&full, 1, 100)
        continue
      }
      rest = rest.dropFirst(count)
    }
    return nil
  }

  /// The system's words for an error number (strerror(3)).
  public static func explanation(of number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }

  /// What came of asking a person.
  public enum Answer: Sendable, Equatable {
    /// A line, without its end.
    case line(String)
    /// The end of input.
    case end
    /// Somebody asked to stop, as with Ctrl-C.
    case stopped
  }

  /// Asks a question and reads a line, which the terminal shows or, as for a passphrase, does not.
  ///
  /// The terminal's settings are put back before this returns (termios(3)). They are changed before
  /// the question stands there, so that nothing is shown of what somebody types at once.
  ///
  /// - Parameters:
  ///   - isVisible: Whether the terminal shows what is typed.
  ///   - isStopped: Asked ten times a second; reading itself would not hear of a signal.
  ///   - question: Shows the question.
  /// - Returns: What came.
  public static func ask(
    isVisible: Bool,
    isStopped: () -> Bool,
    question: () -> Void
  ) -> Answer {
    var settings = termios()
    let isKnown = unsafe tcgetattr(Stream.input.rawValue, &settings) == 0
    let changes = isKnown && !isVisible
    let before = settings
    if changes {
      settings.c_lflag &= ~tcflag_t(ECHO)
      _ = unsafe tcsetattr(Stream.input.rawValue, TCSAFLUSH, &settings)
    }
    defer {
      if changes {
        var original = before
        _ = unsafe tcsetattr(Stream.input.rawValue, TCSAFLUSH, &original)
      }
    }
    question()
    while !isStopped() {
      var input = pollfd(fd: Stream.input.rawValue, events: Int16(POLLIN), revents: 0)
      let count = unsafe poll(&input, 1, 100)
      if count > 0 { return readLine().map(Answer.line) ?? .end }
      if count < 0 && errno != EINTR { return .end }
    }
    return .stopped
  }
}
