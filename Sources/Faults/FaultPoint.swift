#if DEBUG
internal import Glibc
private import Synchronization
#endif

/// A place where a test may kill or stop the process: before and after every statement and every store write.
///
/// In a release build a fault point is nothing at all. In a debug build environment variables arm
/// it: `DRYDOCK_FAULT_LOG` names a file that lists the points in the order in which they were passed,
/// `DRYDOCK_FAULT_POINT` the number of the point at which the process kills itself with SIGKILL, so
/// that nothing can clean up. With `--jobs 1` the numbering is the same in every run.
/// `DRYDOCK_FAULT_PAUSE` is a part of a label: the first time it is passed, the process stops itself
/// with SIGSTOP, so that a test can change the world in between and let it go on.
/// `DRYDOCK_FAULT_KIND` makes something else happen at the point than a kill: see `Fault`.
public enum FaultPoint {
  #if DEBUG
  private static let passed = Mutex(0)
  private static let paused = Mutex(false)
  private static let log = variable("DRYDOCK_FAULT_LOG")
  private static let fatal = variable("DRYDOCK_FAULT_POINT").flatMap { Int($0) }
  private static let pause = variable("DRYDOCK_FAULT_PAUSE")
  private static let kind = variable("DRYDOCK_FAULT_KIND").map { name in
    guard let fault = Fault(rawValue: name) else { preconditionFailure("no such fault: \(name)") }
    return fault
  }

  private static func variable(_ name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  private static func stop(at label: String) {
    guard let pause, contains(label, pause) else { return }
    let isFirst = paused.withLock { paused in
      defer { paused = true }
      return !paused
    }
    // To this thread: a signal to the process may reach another one, while this one goes on.
    if isFirst { raise(SIGSTOP) }
  }

  private static func contains(_ text: String, _ part: String) -> Bool {
    unsafe strstr(text, part) != nil
  }

  private static func append(_ line: String, to path: String) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    precondition(file >= 0, "the fault log cannot be opened: \(path)")
    let bytes = Array(line.utf8)
    let written = unsafe bytes.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
    precondition(written == bytes.count, "the fault log cannot be written: \(path)")
    close(file)
  }
  #endif

  /// Passes a point; `label` says which one in the log: `statement before: COPY ...`.
  ///
  /// - Parameter label: what happens at the point.
  /// - Returns: the fault that the caller has to make happen; nil for none, and always nil in a
  ///   release build.
  @inline(__always)
  @discardableResult
  public static func pass(_ label: @autoclosure () -> String) -> Fault? {
    #if DEBUG
    guard log != nil || fatal != nil || pause != nil else { return nil }
    let isFatal = passed.withLock { number in
      number += 1
      if let log { append("\(number)\t\(label())\n", to: log) }
      if number == fatal, kind == nil { kill(getpid(), SIGKILL) }
      return number == fatal
    }
    stop(at: label())
    return isFatal ? kind : nil
    #else
    return nil
    #endif
  }
}
