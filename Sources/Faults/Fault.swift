/// What a test can make happen at a fault point beside a kill of the process.
///
/// The adapter at the point makes it happen as the world would: a statement fails at the server, a
/// socket is shut, a server process is killed, so that whoever called meets the real consequences.
public enum Fault: String, Sendable, CaseIterable {
  /// The statement, or the write, fails.
  case error
  /// The connection to the server is gone.
  case lostConnection = "lost-connection"
  /// The server goes down, and comes up again by recovery.
  case serverCrash = "server-crash"
  /// There is no room left.
  case fullDisk = "full-disk"
}
