internal import Foundation
internal import Problems
internal import Processes
internal import Synchronization

/// A person who runs the program: types, and reads what it says.
///
/// At a terminal of `script(1)`, where Ctrl-C is a signal to whoever has the terminal; or through
/// pipes, as another program does.
public final class PersonAtTerminal: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let seen = Mutex([UInt8]())

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - user: Whose repository and environment it has.
  ///   - arguments: The words after `drydock`.
  ///   - hasTerminal: Whether it has a terminal, or pipes.
  ///   - variables: More of its environment; an empty value takes a variable away.
  /// - Throws: Why it could not be started.
  public convenience init(
    _ user: Drydock,
    _ arguments: [String],
    hasTerminal: Bool,
    _ variables: [String: String] = [:]
  ) throws {
    let words = [Drydock.program] + arguments.map { "'\($0)'" }
    let line = words.joined(separator: " ")
    try self.init(user, hasTerminal ? nil : arguments, line, variables)
  }

  /// Sits down at a terminal in which a shell, or whatever else a line of one starts, runs.
  ///
  /// - Parameters:
  ///   - user: Whose environment it has.
  ///   - line: What the terminal runs.
  ///   - variables: More of its environment; an empty value takes a variable away.
  /// - Throws: Why it could not be started.
  public convenience init(
    _ user: Drydock,
    line: String,
    _ variables: [String: String] = [:]
  ) throws {
    try self.init(user, nil, line, variables)
  }

  private init(
    _ user: Drydock,
    _ arguments: [String]?,
    _ line: String,
    _ variables: [String: String]
  ) throws {
    // A pager would wait for a key that nobody presses.
    let calm = ["PAGER": "cat", "TERM": "dumb"].merging(variables) { $1 }
    let invocation = user.invocation(arguments ?? [], calm)
    process.executableURL = URL(
      fileURLWithPath: arguments == nil ? "/usr/bin/script" : invocation.program
    )
    process.arguments = arguments ?? ["-qec", line, "/dev/null"]
    process.environment = invocation.environment
    process.currentDirectoryURL = URL(fileURLWithPath: user.directory)
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    output.fileHandleForReading.readabilityHandler = { [weak self] handle in
      let bytes = Array(handle.availableData)
      self?.seen.withLock { $0 += bytes }
    }
    try process.run()
  }

  /// The process that was started: `script`, or the program itself.
  public var pid: Int32 { process.processIdentifier }
  /// What was shown until now.
  public var screen: String { seen.withLock { String(decoding: $0, as: UTF8.self) } }

  /// Types a text as it is; keys are control characters, such as `\t` and `\u{3}` for Ctrl-C.
  public func type(_ text: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  /// Waits until a condition holds; throws the screen after a minute.
  public func wait(until what: String, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
      guard ContinuousClock.now < deadline else {
        process.terminate()
        throw Problem(code: "tests.nothing-happened", "waited for \(what)", reason: screen)
      }
      usleep(20_000)
    }
  }

  /// Waits until the screen shows a text.
  public func wait(for text: String) throws { try wait(until: text) { screen.contains(text) } }

  /// Waits for the end, and returns the exit status.
  public func end() throws -> Int32 {
    try wait(until: "the end") { !process.isRunning }
    return process.terminationStatus
  }
}
