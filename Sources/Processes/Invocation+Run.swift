internal import CSpawn
internal import Glibc
internal import Problems

extension Invocation {
  /// Runs the program to its end and returns how it ended and what it wrote.
  ///
  /// A status other than 0 is not an error here: see `Outcome.checked()`. Blocks the calling thread.
  /// When the time limit passes, the current task is cancelled or the closure of a streamed output
  /// throws, the child's whole process group is ended first. Throws `processes.not-found`,
  /// `processes.not-started`, `processes.timed-out`, `processes.interrupted`,
  /// `processes.too-much-output` and what the closure throws.
  public func run(
    input: Input = .nothing,
    output: Output = .captured(),
    timeLimit: Duration? = nil
  ) throws -> Outcome {
    let errors = try Pipe.open()
    let deadline = timeLimit.map { ContinuousClock.now + $0 }
    switch output {
    case .discarded:
      let child = try withNull { null in
        try spawn(input, standardOutput: null, errors: errors)
      }
      return try Conversation(child: child, deadline: deadline).finish(nil, errors) { _ in }
    case .descriptor(let descriptor):
      let child = try spawn(input, standardOutput: descriptor, errors: errors)
      return try Conversation(child: child, deadline: deadline).finish(nil, errors) { _ in }
    case .captured(let limit):
      var captured: [UInt8] = []
      let outcome = try converse(input, errors: errors, deadline: deadline) { piece in
        guard captured.count + piece.count <= limit else { throw tooMuchOutput(limit) }
        for index in piece.indices { captured.append(piece[index]) }
      }
      return Outcome(
        program: program,
        status: outcome.status,
        output: captured,
        errors: outcome.errors
      )
    case .streamed(let receive):
      return try converse(input, errors: errors, deadline: deadline, receive)
    }
  }

  private func converse(
    _ input: Input,
    errors: Pipe,
    deadline: ContinuousClock.Instant?,
    _ receive: (Span<UInt8>) throws -> Void
  ) throws -> Outcome {
    let pipe = try Pipe.open()
    guard let writing = pipe.writing else { preconditionFailure("a fresh pipe has two ends") }
    let child = try spawn(input, standardOutput: writing, errors: errors)
    pipe.closeWriting()
    return try Conversation(child: child, deadline: deadline).finish(pipe, errors, receive)
  }

  private func spawn(
    _ input: Input,
    standardOutput: Int32,
    errors: Pipe
  ) throws(Problem) -> Child {
    guard let writing = errors.writing else { preconditionFailure("a fresh pipe has two ends") }
    defer { errors.closeWriting() }
    return try withDescriptor(of: input) { (descriptor) throws(Problem) in
      try spawn(
        standardInput: descriptor,
        standardOutput: standardOutput,
        standardError: writing
      )
    }
  }

  /// Lends a descriptor from which the child can read the input.
  ///
  /// Bytes go through a file in memory (memfd_create(2)): the child reads at its own pace, and a
  /// child that does not read them cannot block us or kill us with SIGPIPE.
  private func withDescriptor(
    of input: Input,
    _ body: (Int32) throws(Problem) -> Child
  ) throws(Problem) -> Child {
    switch input {
    case .nothing: return try withNull(body)
    case .descriptor(let descriptor): return try body(descriptor)
    case .bytes(let bytes):
      let closeOnExec: UInt32 = 1
      let file = unsafe memfd_create("drydock-input", closeOnExec)
      defer { close(file) }
      guard file >= 0, writeAll(bytes, to: file), lseek(file, 0, SEEK_SET) == 0 else {
        throw Problem(systemError: errno, "The input of \(program) could not be prepared")
      }
      return try body(file)
    }
  }

  private func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes[start...].withUnsafeBytes {
        unsafe write(file, $0.baseAddress, $0.count)
      }
      guard count > 0 || errno == EINTR else { return false }
      start += max(count, 0)
    }
    return true
  }

  private func tooMuchOutput(_ limit: Int) -> Problem {
    Problem(
      code: "processes.too-much-output",
      "\(program) wrote more than the \(limit) bytes that were expected"
    )
  }
}
