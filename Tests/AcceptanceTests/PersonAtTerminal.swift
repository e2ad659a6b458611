import Foundation
import Problems
import Processes
import Synchronization
import TestSupport

/// A person who runs the program: types, and reads what it says.
///
/// At a terminal of `script(1)`, where Ctrl-C is a signal to whoever has the terminal; or through
/// pipes, as another program does.
final class PersonAtTerminal: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let seen = Mutex([UInt8]())

  init(_ user: Drydock, _ arguments: [String], hasTerminal: Bool) throws {
    // A pager would wait for a key that nobody presses.
    let invocation = user.invocation(arguments, ["PAGER": "cat", "TERM": "dumb"])
    let words = [invocation.program] + arguments.map { "'\($0)'" }
    process.executableURL = URL(
      fileURLWithPath: hasTerminal ? "/usr/bin/script" : invocation.program
    )
    process.arguments =
      hasTerminal ? ["-qec", words.joined(separator: " "), "/dev/null"] : arguments
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
  var pid: Int32 { process.processIdentifier }
  /// What was shown until now.
  var screen: String { seen.withLock { String(decoding: $0, as: UTF8.self) } }

  func type(_ text: String) throws {
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  }

  /// Waits until a condition holds; throws the screen after a minute.
  func wait(until what: String, _ condition: () throws -> Bool) throws {
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
  func wait(for text: String) throws { try wait(until: text) { screen.contains(text) } }

  /// Waits for the end, and returns the exit status.
  func end() throws -> Int32 {
    try wait(until: "the end") { !process.isRunning }
    return process.terminationStatus
  }
}
