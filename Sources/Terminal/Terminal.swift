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
        return errno
      }
      rest = rest.dropFirst(count)
    }
    return nil
  }

  /// The system's words for an error number (strerror(3)).
  public static func explanation(of number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }

  /// Reads a line that the terminal does not show, such as a passphrase; nil at the end of input.
  ///
  /// The terminal's settings are put back before this returns (termios(3)).
  public static func readSecretLine() -> String? {
    var settings = termios()
    guard unsafe tcgetattr(Stream.input.rawValue, &settings) == 0 else { return readLine() }
    let before = settings
    settings.c_lflag &= ~tcflag_t(ECHO)
    _ = unsafe tcsetattr(Stream.input.rawValue, TCSAFLUSH, &settings)
    defer {
      var original = before
      _ = unsafe tcsetattr(Stream.input.rawValue, TCSAFLUSH, &original)
    }
    return readLine()
  }
}
