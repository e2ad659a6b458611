import Snapshot
import TestSupport
import Testing

@Suite("Snapshots under fire", .serialized)
struct FireTests {
  @Test("No snapshot differs from a full read at its own instant", arguments: TestServer.allCases)
  func correctness(server: TestServer) async throws {
    let report = try await Fire.burn(FirePlan(server, rounds: 1000, limit: .seconds(30)))
    #expect(report.differences.isEmpty)
    #expect(report.ways[.changedPages, default: 0] > 0, "no snapshot has relied on its parent")
  }
}
