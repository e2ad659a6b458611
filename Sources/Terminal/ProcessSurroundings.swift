import Glibc

/// What the process was given when it started: variables, user, and how it reacts to signals.
public enum ProcessSurroundings {
  /// Removes a variable from the environment, and overwrites its value in memory.
  ///
  /// Until then `/proc/PID/environ` shows the value to every process of the same user (proc(5)),
  /// and every child inherits it. Call this before other threads start: the environment is not
  /// protected against them (environ(7)).
  public static func wipeVariable(_ name: String) {
    if let value = unsafe getenv(name) {
      let length = unsafe strlen(value)
      unsafe explicit_bzero(value, length)
    }
    unsafe unsetenv(name)
  }

  /// The user that the process acts as (geteuid(2)).
  public static var user: UInt32 { geteuid() }

  /// Ends the process (exit(3)).
  public static func exit(_ status: Int32) -> Never { Glibc.exit(status) }

  /// Opens the null device for each standard stream that the process was started without.
  ///
  /// The next file that is opened would have the stream's number (open(2)), and what is said to
  /// standard error would be written into it: a lock, or a file of somebody's data. The device is
  /// open for reading alone, so that writing to the stream still fails. Call this before anything.
  public static func fillStandardStreams() {
    var descriptor: Int32 = 0
    while (0...2).contains(descriptor) { descriptor = unsafe open("/dev/null", O_RDONLY) }
    if descriptor > 2 { close(descriptor) }
  }

  /// Lets writes to a closed pipe fail instead of ending the process (signal(7)).
  public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  /// Keeps a signal from ending the process, so that somebody else may receive it.
  public static func ignore(_ number: Int32) { _ = signal(number, SIG_IGN) }

  /// Lets a signal do again what it does by default.
  public static func restoreDefault(_ number: Int32) { _ = signal(number, SIG_DFL) }
}
