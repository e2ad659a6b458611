internal import Glibc

/// The signals that we send, by what they ask for; see signal(7).
public enum Signal: Int32, Sendable {
  /// End as a person's Ctrl-C would; a PostgreSQL server disconnects its clients and stops.
  case interrupt = 2
  /// End without tidying up; a PostgreSQL server leaves recovery to the next start.
  case quit = 3
  /// End at once; the process is not asked.
  case kill = 9
  /// End in good order; a PostgreSQL server waits for its clients.
  case terminate = 15

  /// Sends the signal to a process that is not our child.
  ///
  /// Who calls this has made sure that the number still belongs to the process that is meant.
  /// - Returns: whether there was such a process and we were allowed to signal it.
  public func send(to pid: Int32) -> Bool {
    Glibc.kill(pid, rawValue) == 0
  }
}
