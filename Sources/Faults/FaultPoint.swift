#if DEBUG
internal import Glibc
private import Synchronization
#endif

/// A place where a test may kill or stop the process: before and after every statement and every store write.
///
/// In a release build a fault point is nothing at all. In a debug build environment variables arm
/// it: `DRYDOCK_FAULT_LOG` names a file that lists the points in the order in which they were passed,
/// each with its number and its place; `DRYDOCK_FAULT_POINT` is the number or the place of the point at
/// which the process kills itself with SIGKILL, so that nothing can clean up. With `--jobs 1` the
/// numbering is the same in every run, save where two strands run side by side; a place is always the
/// same: `9.4` is the fourth point of the ninth strand. A connection is a strand; the store is `0`.
/// `DRYDOCK_FAULT_PAUSE` is a part of a label: the first time it is passed, the process stops itself
/// with SIGSTOP, so that a test can change the world in between and let it go on.
/// `DRYDOCK_FAULT_KIND` makes something else happen at the point than a kill: see `Fault`.
public enum FaultPoint {
  #if DEBUG
  private static let passed = Mutex(Passed())
  private static let paused = Mutex(false)
  private static let log = variable("DRYDOCK_FAULT_LOG")
  private static let fatal = variable("DRYDOCK_FAULT_POINT")
  private static let pause = variable("DRYDOCK_FAULT_PAUSE")
  private static let kind = variable("DRYDOCK_FAULT_KIND").map { name in
    guard let fault = Fault(rawValue: name) else { preconditionFailure("no such fault: \(name)") }
    return fault
  }

  /// How many points were passed: all together, and on each strand.
  private struct Passed {
    var strands = 0
    var total = 0
    var counts: [Int: Int] = [:]

    mutating func next(on strand: Int) -> (number: String, place: String) {
      total += 1
      counts[strand, default: 0] += 1
      return ("\(total)", "\(strand).\(counts[strand] ?? 0)")
    }
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

  /// The number of a new strand: of points that follow one another, whatever happens beside them.
  ///
  /// - Returns: the number, from 1; always 0 in a release build.
  public static func newStrand() -> Int {
    #if DEBUG
    return passed.withLock { passed in
      passed.strands += 1
      return passed.strands
    }
    #else
    return 0
    #endif
  }

  /// Passes a point; `label` says which one in the log: `statement before: COPY ...`.
  ///
  /// - Parameters:
  ///   - label: what happens at the point.
  ///   - strand: of what it is a step.
  /// - Returns: the fault that the caller has to make happen; nil for none, and always nil in a
  ///   release build.
  @inline(__always)
  @discardableResult
  public static func pass(_ label: @autoclosure () -> String, on strand: Int = 0) -> Fault? {
    #if DEBUG
    guard log != nil || fatal != nil || pause != nil else { return nil }
    let isFatal = passed.withLock { passed in
      let (number, place) = passed.next(on: strand)
      if let log { append("\(number)\t\(place)\t\(label())\n", to: log) }
      let isFatal = number == fatal || place == fatal
      if isFatal, kind == nil { kill(getpid(), SIGKILL) }
      return isFatal
    }
    stop(at: label())
    return isFatal ? kind : nil
    #else
    return nil
    #endif
  }
}
