internal import CLibPQ
internal import Faults

#if canImport(Glibc)
private import Glibc
#else
private import Darwin
#endif

extension Connection {
  /// Makes a fault happen that a test wants here; without one, always in a release build, nothing.
  ///
  /// Each is real for the rest of the program: the server's transaction has failed, or the
  /// connection is gone, and a session that was lost is rolled back by the server itself.
  func meet(_ fault: Fault?) throws(PostgresError) {
    guard let fault else { return }
    switch fault {
    case .error: try fail("XX000", "an error that a test injected")
    case .fullDisk: try fail("53100", "could not extend file: No space left on device")
    case .lostConnection: shutdown(unsafe PQsocket(handle), Int32(SHUT_RDWR))
    case .serverCrash:
      let isKilled = kill(pid_t(backendPID), SIGKILL) == 0
      precondition(isKilled || errno == ESRCH, "a test may not kill the server's process")
    }
    // What follows on a dead connection is libpq's own answer.
    while true {
      guard let result = unsafe PQexec(handle, "SELECT 1") else { break }
      defer { unsafe PQclear(result) }
      try unsafe check(result)
    }
    throw unsafe Self.connectionError(handle)
  }

  private func fail(_ state: String, _ message: String) throws(PostgresError) {
    let text =
      "DO $$BEGIN RAISE EXCEPTION USING ERRCODE = '\(state)', MESSAGE = '\(message)'; END$$"
    guard let result = unsafe PQexec(handle, text) else { return }
    defer { unsafe PQclear(result) }
    try unsafe check(result)
  }
}
