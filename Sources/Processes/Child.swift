internal import Glibc
public import Problems
internal import Synchronization

/// A child that runs: its process id, and the ways to end it and to wait for it.
///
/// The handle never signals a process id after its child was reaped, since the system may have given
/// the number to somebody else by then.
public final class Child: Sendable {
  /// The process id, which is also the id of the child's process group.
  public let pid: Int32
  /// The program, as it was named.
  public let program: String
  private let ending = Mutex<ExitStatus?>(nil)

  init(pid: Int32, program: String) {
    self.pid = pid
    self.program = program
  }

  /// How the child ended, or nil while it runs.
  public var status: ExitStatus? {
    ending.withLock { ending in
      if ending == nil { ending = reaped() }
      return ending
    }
  }

  /// Sends a signal to the child alone.
  public func signal(_ signal: Signal) {
    ending.withLock { if $0 == nil { kill(pid, signal.rawValue) } }
  }

  /// Waits for the child to end; nil when the time limit passed first.
  ///
  /// Blocks the calling thread. When the current task is cancelled the child's group is terminated.
  /// Throws `processes.interrupted` in that case.
  public func wait(timeLimit: Duration? = nil) throws(Problem) -> ExitStatus? {
    let deadline = timeLimit.map { ContinuousClock.now + $0 }
    var pause: UInt32 = 200
    while true {
      if let status { return status }
      if Task.isCancelled {
        terminate()
        throw interrupted()
      }
      if let deadline, ContinuousClock.now >= deadline { return nil }
      usleep(pause)
      pause = min(pause * 2, 20_000)
    }
  }

  /// Ends the child and everything in its process group.
  ///
  /// Asks with SIGTERM first; after the grace, or when the child itself is gone, the rest of the
  /// group gets SIGKILL. Blocks until the child is reaped.
  @discardableResult
  public func terminate(grace: Duration = .seconds(5)) -> ExitStatus {
    signalGroup(SIGTERM)
    let deadline = ContinuousClock.now + grace
    while !hasEnded, ContinuousClock.now < deadline { usleep(2_000) }
    signalGroup(SIGKILL)
    while true {
      if let status { return status }
      usleep(1_000)
    }
  }

  func interrupted() -> Problem {
    Problem(
      .interrupted,
      code: "processes.interrupted",
      "\(program) was stopped",
      reason: "the work that needed it was cancelled"
    )
  }

  private func signalGroup(_ number: Int32) {
    ending.withLock { if $0 == nil { kill(-pid, number) } }
  }

  /// Whether the child has ended, without reaping it: until then its group's id stays ours.
  var hasEnded: Bool {
    ending.withLock { ending in
      guard ending == nil else { return true }
      var information = unsafe siginfo_t()
      let result = unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT)
      return unsafe result == 0 && information.si_signo != 0
    }
  }

  private func reaped() -> ExitStatus? {
    var waitStatus: Int32 = 0
    let result = unsafe waitpid(pid, &waitStatus, WNOHANG)
    if result == pid { return ExitStatus(waitStatus: waitStatus) }
    // Somebody else reaped it (SIGCHLD ignored by an embedding program): its status is unknown.
    return result < 0 && errno == ECHILD ? .exited(-1) : nil
  }
}
