import Problems
import Testing

@testable import Processes

@Suite("Running a child")
struct InvocationTests {
  @Test("Arguments arrive as they are, since there is no shell")
  func argumentsAreVerbatim() throws {
    let arguments = ["%s\\n", "$(id)", "a b", "", "; exit 3", "*"]
    let outcome = try Invocation("printf", arguments).run()
    #expect(outcome.text == "$(id)\na b\n\n; exit 3\n*\n")
    #expect(outcome.status == .exited(0))
  }

  @Test("A child sees the environment that it is given and nothing else")
  func environmentIsExplicit() throws {
    let outcome = try Invocation("env", environment: ["A": "1", "B": "x=y"]).run()
    #expect(outcome.text == "A=1\nB=x=y\n")
  }

  @Test("Bytes reach standard input, more than a pipe holds")
  func inputFromMemory() throws {
    let bytes = [UInt8](repeating: 7, count: 3 << 20)
    let outcome = try Invocation("wc", ["-c"]).run(input: .bytes(bytes))
    #expect(outcome.text == "\(3 << 20)\n")
  }

  @Test("A child that reads nothing does not harm us")
  func inputUnread() throws {
    let bytes = [UInt8](repeating: 7, count: 3 << 20)
    #expect(try Invocation("true").run(input: .bytes(bytes)).status.isSuccess)
  }

  @Test("Without input a child reads the end of file at once")
  func noInput() throws {
    #expect(try Invocation("cat").run(timeLimit: .seconds(10)).output.isEmpty)
  }

  @Test("Output streams in pieces, in order, and completely")
  func streaming() throws {
    var count = 0
    var sum = 0
    let program = Invocation("seq", ["1", "300000"])
    let outcome = try program.run(
      output: .streamed { piece in
        for index in piece.indices where piece[index] == UInt8(ascii: "\n") { sum += 1 }
        count += piece.count
      }
    )
    #expect(outcome.status.isSuccess)
    #expect(sum == 300_000)
    #expect(count == 1_988_895)
  }

  @Test("An error of the listener stops the child and is thrown on")
  func listenerFails() {
    struct Enough: Error {}
    // The child never ends by itself, so this returns only because it was stopped.
    #expect(throws: Enough.self) {
      try Invocation("yes").run(output: .streamed { _ in throw Enough() })
    }
  }

  @Test("Of standard error the last 64 KiB are kept, without blocking the child")
  func errorsAreBounded() throws {
    let script = "seq 1 100000 >&2; echo last words >&2; exit 3"
    let outcome = try Invocation("sh", ["-c", script]).run()
    #expect(outcome.status == .exited(3))
    #expect(outcome.errors.utf8.count == 64 << 10)
    #expect(outcome.errors.hasSuffix("100000\nlast words\n"))
    let problem = #expect(throws: Problem.self) { try outcome.checked() }
    #expect(problem?.code == "processes.failed")
    #expect(problem?.summary == "sh failed with exit status 3")
    #expect(problem?.reason?.hasSuffix("last words") == true)
  }

  @Test("More output than allowed is an error, not memory")
  func outputIsBounded() {
    let problem = #expect(throws: Problem.self) {
      try Invocation("yes").run(output: .captured(limit: 1 << 20))
    }
    #expect(problem?.code == "processes.too-much-output")
  }

  @Test("A signal is told apart from a status")
  func signals() throws {
    let outcome = try Invocation("sh", ["-c", "kill -9 $$"]).run()
    #expect(outcome.status == .signalled(9))
  }

  @Test("A time limit ends the child and what it started")
  func timeLimit() throws {
    let clock = ContinuousClock()
    var pids: [Int32] = []
    let start = clock.now
    let problem = #expect(throws: Problem.self) {
      var text = ""
      _ = try Invocation("sh", ["-c", "sleep 600 & echo $$ $!; wait"]).run(
        output: .streamed { piece in
          for index in piece.indices { text.unicodeScalars.append(Unicode.Scalar(piece[index])) }
          pids = text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        },
        timeLimit: .milliseconds(500)
      )
    }
    #expect(problem?.code == "processes.timed-out")
    #expect(start.duration(to: clock.now) < .seconds(300))
    #expect(pids.count == 2)
    for pid in pids { #expect(try isGone(pid)) }
  }

  @Test("A cancelled task ends its child")
  func cancellation() async throws {
    let task = Task.detached {
      try Invocation("sleep", ["60"]).run()
    }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    let problem = await #expect(throws: Problem.self) { _ = try await task.value }
    #expect(problem?.kind == .interrupted)
  }

  @Test("A grandchild that keeps the pipe open is not waited for")
  func grandchildHoldsThePipe() throws {
    let start = ContinuousClock.now
    let outcome = try Invocation("sh", ["-c", "sleep 100 & echo done"]).run()
    #expect(outcome.text == "done\n")
    #expect(start.duration(to: .now) < .seconds(80))
  }

  @Test("Descriptors above standard error are closed in the child")
  func descriptorsAreClosed() throws {
    let outcome = try Invocation("ls", ["/proc/self/fd"]).run()
    // 3 is the directory that ls itself reads.
    #expect(outcome.text == "0\n1\n2\n3\n")
  }

  @Test("A child starts in the directory that it is given")
  func directory() throws {
    #expect(try Invocation("pwd", directory: "/usr/bin").run().text == "/usr/bin\n")
    let problem = #expect(throws: Problem.self) {
      try Invocation("pwd", directory: "/no/such").run()
    }
    #expect(problem?.code == "processes.not-started")
    #expect(problem?.facts == [.init("directory", "/no/such")])
  }

  @Test("An unknown program is named", arguments: ["drydock-no-such", "/no/such/program", "/etc"])
  func notFound(program: String) {
    let problem = #expect(throws: Problem.self) { try Invocation(program).run() }
    #expect(problem?.code == "processes.not-found")
    #expect(problem?.summary == "\(program) was not found")
  }

  @Test("A NUL byte in an argument is refused, not cut")
  func nulByte() {
    let problem = #expect(throws: Problem.self) { try Invocation("echo", ["a\0b"]).run() }
    #expect(problem?.code == "processes.nul-in-argument")
  }
}

/// Whether no process of this number runs any more, given a moment to be reaped by init.
func isGone(_ pid: Int32) throws -> Bool {
  for _ in 0..<100 {
    let state = try Invocation("cat", ["/proc/\(pid)/stat"]).run()
    if !state.status.isSuccess || state.text.contains(") Z ") { return true }
    _ = try Invocation("sleep", ["0.02"]).run()
  }
  return false
}
