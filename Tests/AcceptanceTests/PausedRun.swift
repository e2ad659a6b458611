import Foundation
import Processes
import TestSupport
import Testing

/// A run of the program that stopped itself at a place, so that the world can change meanwhile.
struct PausedRun {
  private let child: Child
  private let log: String

  /// Starts a command and waits until it has stopped at the first fault point with this label.
  init(_ user: Drydock, _ words: [String], at label: String) throws {
    log = "\(user.directory)/paused-\(UInt64.random(in: .min ... .max)).log"
    #expect(FileManager.default.createFile(atPath: log, contents: nil))
    let output = try #require(FileHandle(forWritingAtPath: log))
    child = try user.invocation(words, ["DRYDOCK_FAULT_PAUSE": label])
      .start(log: output.fileDescriptor)
    Wait.asLongAs(!ProcessTable.isStopped(child.pid) && child.status == nil)
    let text = try said()
    #expect(child.status == nil, "it did not stop: \(text)")
  }

  /// Lets it go on to its end.
  ///
  /// - Returns: How it ended, and what it said.
  func resume() throws -> (ending: Processes.ExitStatus?, said: String) {
    try Invocation("sh", ["-c", #"kill -s CONT "$0""#, "\(child.pid)"]).run().checked()
    let ending = try child.wait(timeLimit: .seconds(180))
    return (ending, try said())
  }

  /// Ends it there, as a kill does.
  func kill() throws {
    child.signal(.kill)
    #expect(try child.wait(timeLimit: .seconds(30)) == .signalled(9))
  }

  private func said() throws -> String { try String(contentsOfFile: log, encoding: .utf8) }
}
