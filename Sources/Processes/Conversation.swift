internal import Glibc
internal import Problems

/// Listens to a child until it ends: its output goes to a closure, the end of its errors is kept.
struct Conversation {
  /// How much of standard error is kept: the end, where the reason stands.
  private static let errorLimit = 64 << 10
  /// How long one look at the pipes lasts; it bounds how late a cancellation is noticed.
  private static let tick: Duration = .milliseconds(50)

  let child: Child
  let deadline: ContinuousClock.Instant?

  /// Reads both pipes to their ends, waits for the child and says how it went.
  ///
  /// Whatever goes wrong, the child's group is gone when this returns.
  func finish(
    _ output: Pipe?,
    _ errors: Pipe,
    _ receive: (Span<UInt8>) throws -> Void
  ) throws -> Outcome {
    do {
      let errorBytes = try listen(output, errors, receive)
      let status = try waitForEnd()
      return Outcome(
        program: child.program,
        status: status,
        output: [],
        errors: String(decoding: errorBytes, as: UTF8.self)
      )
    } catch {
      child.terminate()
      throw error
    }
  }

  private func listen(
    _ output: Pipe?,
    _ errors: Pipe,
    _ receive: (Span<UInt8>) throws -> Void
  ) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 128 << 10)
    var errorTail: [UInt8] = []
    // poll(2) passes over negative descriptors, which is how a finished pipe leaves the set.
    var sources = [pollfd(fd: -1, events: Int16(POLLIN), revents: 0)]
    sources.append(pollfd(fd: errors.reading, events: Int16(POLLIN), revents: 0))
    if let output { sources[0].fd = output.reading }

    var hasEnded = false
    while sources.contains(where: { $0.fd >= 0 }) {
      try checkTimeAndCancellation()
      let milliseconds = Int32(Self.tick / .milliseconds(1))
      let ready = unsafe poll(&sources, nfds_t(sources.count), milliseconds)
      guard ready > 0 else {
        // The child was gone and nobody spoke since: a grandchild holds the pipe, and is not waited
        // for. One look more, because the child may have spoken between the look and its end.
        if ready == 0, hasEnded { break }
        hasEnded = child.hasEnded
        continue
      }
      if sources[0].revents != 0, let output {
        let count = try output.read(into: &buffer)
        if count == 0 { sources[0].fd = -1 } else { try receive(buffer.span.extracting(..<count)) }
      }
      if sources[1].revents != 0 {
        let count = try errors.read(into: &buffer)
        if count == 0 { sources[1].fd = -1 }
        errorTail.append(contentsOf: buffer[..<count])
        errorTail.removeFirst(max(0, errorTail.count - Self.errorLimit))
      }
    }
    return errorTail
  }

  private func waitForEnd() throws -> ExitStatus {
    let left = deadline.map { ContinuousClock.now.duration(to: $0) }
    guard let status = try child.wait(timeLimit: left) else { throw timedOut() }
    return status
  }

  private func checkTimeAndCancellation() throws(Problem) {
    if Task.isCancelled { throw child.interrupted() }
    if let deadline, ContinuousClock.now >= deadline { throw timedOut() }
  }

  private func timedOut() -> Problem {
    Problem(
      code: "processes.timed-out",
      "\(child.program) took longer than it may",
      reason: "it was stopped, with everything that it had started",
      isRetryable: true
    )
  }
}
