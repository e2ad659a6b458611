internal import Glibc
internal import Problems
internal import Processes

extension Drydock {
  /// Runs a command whose standard input is a file, as `< FILE` does.
  public func pipe(
    _ path: String,
    _ arguments: [String],
    timeLimit: Duration = .seconds(180)
  ) throws -> Run {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Problem(code: "tests.no-file", "there is no file \(path)") }
    defer { close(file) }
    let outcome = try invocation(arguments)
      .run(input: .descriptor(file), output: .captured(limit: 1 << 30), timeLimit: timeLimit)
    return Run(
      arguments: arguments,
      ending: outcome.status,
      output: outcome.text,
      errors: outcome.errors
    )
  }
}
