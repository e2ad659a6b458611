import Dispatch
import Postgres
import Processes
import Synchronization
import TestSupport
import Testing

@Suite("Ctrl-C ends a backup into a bucket soon")
struct InterruptionTests {
  /// Starts a backup whose pack meets a fault, and interrupts it then.
  ///
  /// - Returns: How it ended, and how often it had tried to store the pack.
  private func interrupt(
    at fault: FakeS3.Fault
  ) throws -> (ending: Processes.ExitStatus?, attempts: Int, leases: Int) {
    let arrived = DispatchSemaphore(value: 0)
    let service = try FakeS3 { request, _ in
      guard request.method == "PUT", request.target.contains("/packs/") else { return .none }
      arrived.signal()
      return fault
    }
    return try withDatabase(on: .v15) { source in
      let user = try Drydock(on: .v15, isNew: false, service.environment)
      try user.run(["init"]).require(0)
      try Connection.open(source).execute("CREATE TABLE t AS SELECT generate_series(1, 100) AS i")
      let child = try user.invocation(["backup", source.argument]).start()
      arrived.wait()
      child.signal(.interrupt)
      // Far less than the stall limit, and than all attempts together.
      let ending = try child.wait(timeLimit: .seconds(15))
      if ending == nil { child.terminate() }
      let requests = service.requests
      return (
        ending, requests.count { $0.method == "PUT" && $0.target.contains("/packs/") },
        service.objects.keys.count { $0.contains("/leases/") }
      )
    }
  }

  @Test("While a request hangs: it is not sent again, and the lease goes")
  func hanging() throws {
    let (ending, attempts, leases) = try interrupt(at: .silence)
    #expect(ending == .exited(130) && attempts == 1 && leases == 0)
  }

  @Test("While a store is busy, before the attempts are used up, and the lease goes")
  func busy() throws {
    let (ending, attempts, leases) = try interrupt(at: .refuse(503, "SlowDown"))
    #expect(ending == .exited(130) && attempts < 8 && leases == 0)
  }
}
