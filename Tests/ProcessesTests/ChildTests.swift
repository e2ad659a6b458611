import Testing

@testable import Processes

@Suite("A child that goes on by itself")
struct ChildTests {
  @Test("It leads a process group of its own and ends when asked")
  func terminate() throws {
    let child = try Invocation("sleep", ["60"]).start()
    #expect(child.status == nil)
    let group = try Invocation("ps", ["-o", "pgid=", "-p", "\(child.pid)"]).run()
    #expect(Int32(group.text.filter(\.isNumber)) == child.pid)
    #expect(child.terminate() == .signalled(15))
    #expect(child.status == .signalled(15))
  }

  @Test("One that ignores the request is killed after its grace")
  func stubborn() throws {
    let child = try Invocation("sh", ["-c", "trap '' TERM; sleep 60; sleep 60"]).start()
    _ = try Invocation("sleep", ["0.2"]).run()
    #expect(child.terminate(grace: .milliseconds(300)) == .signalled(9))
  }

  @Test("Waiting ends with its status, or with nothing when the time is over")
  func wait() throws {
    let quick = try Invocation("sh", ["-c", "exit 4"]).start()
    #expect(try quick.wait(timeLimit: .seconds(10)) == .exited(4))
    let slow = try Invocation("sleep", ["60"]).start()
    #expect(try slow.wait(timeLimit: .milliseconds(100)) == nil)
    slow.terminate()
  }
}
