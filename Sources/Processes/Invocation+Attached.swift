internal import Glibc
internal import Problems

extension Invocation {
  /// Runs the program with this process's own three streams, as a shell would, to its end.
  ///
  /// Where standard input is a terminal, the child's group gets it, so that Ctrl-C is the child's
  /// alone; afterwards it is ours again, with the settings that it had. Blocks the calling thread.
  /// When the current task is cancelled the child's group is ended.
  ///
  /// - Returns: How the child ended.
  /// - Throws: `processes.not-found`, `processes.not-started`, `processes.interrupted`.
  public func runAttached() throws -> ExitStatus {
    let isTerminal = isatty(STDIN_FILENO) == 1
    var settings = termios()
    if isTerminal { _ = unsafe tcgetattr(STDIN_FILENO, &settings) }
    let before = signal(SIGTSTP, SIG_IGN)
    defer { _ = signal(SIGTSTP, before) }
    let child = try spawn(
      standardInput: STDIN_FILENO,
      standardOutput: STDOUT_FILENO,
      standardError: STDERR_FILENO,
      terminal: isTerminal ? STDIN_FILENO : nil
    )
    defer {
      if isTerminal { Self.takeBack(settings) }
    }
    guard let status = try child.wait() else { preconditionFailure("waiting had no time limit") }
    return status
  }

  /// A group in the background that changes a terminal is stopped, unless it ignores that signal.
  private static func takeBack(_ settings: termios) {
    let before = signal(SIGTTOU, SIG_IGN)
    defer { _ = signal(SIGTTOU, before) }
    tcsetpgrp(STDIN_FILENO, getpgrp())
    var settings = settings
    _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
  }
}
