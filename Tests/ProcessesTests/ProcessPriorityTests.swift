import Foundation
import Testing

@testable import Processes

@Suite("The priority of this process")
struct ProcessPriorityTests {
  /// The nice values of all threads, and what a child inherits.
  private static func seen() throws -> (threads: Set<String>, child: String, disk: String) {
    let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    let values = try threads.map { thread in
      let line = try String(contentsOfFile: "/proc/self/task/\(thread)/stat", encoding: .utf8)
      // After the name in parentheses, which may hold blanks, nice is field 19 of proc(5).
      let fields = line.drop { $0 != ")" }.split(separator: " ")
      return String(fields[17])
    }
    let child = try Invocation("nice").run().text.trimmingCharacters(in: .whitespacesAndNewlines)
    let disk = try Invocation("ionice").run().text.trimmingCharacters(in: .whitespacesAndNewlines)
    return (Set(values), child, disk)
  }

  @Test("It reaches every thread and every child, and leaves alone what gives way already")
  func low() async {
    await #expect(processExitsWith: .success) {
      let other = Thread { while true { usleep(100_000) } }
      other.start()
      try ProcessPriority.low.apply()
      var (threads, child, disk) = try ProcessPriorityTests.seen()
      guard threads == ["10"], child == "10", disk == "best-effort: prio 7" else {
        fatalError("\(threads) \(child) \(disk)")
      }
      try ProcessPriority.idle.apply()
      try ProcessPriority.low.apply()
      (threads, child, disk) = try ProcessPriorityTests.seen()
      guard threads == ["19"], child == "19" else { fatalError("\(threads) \(child) \(disk)") }
    }
  }

  @Test("The usual priority changes nothing")
  func normal() async {
    await #expect(processExitsWith: .success) {
      let before = try ProcessPriorityTests.seen()
      try ProcessPriority.normal.apply()
      let after = try ProcessPriorityTests.seen()
      exit(before == after ? 0 : 1)
    }
  }
}
