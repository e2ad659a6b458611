import Foundation
import Snapshot
import TestSupport
import Testing

@testable import Backup

@Suite("Snapshots under fire", .serialized)
struct FireTests {
  /// 2,000 rounds in all, which takes the better part of an hour, are for `scripts/test --all`.
  private static var isLong: Bool {
    ProcessInfo.processInfo.environment["DRYDOCK_TEST_ALL"] == "1"
  }

  /// Fires in a row: each has a server, a database and a repository of its own.
  private static let seasons = isLong ? 20 : 1
  private static let rounds = isLong ? 50 : 1000

  @Test("No snapshot differs from a full read at its own instant", arguments: TestServer.allCases)
  func correctness(server: TestServer) async throws {
    for _ in 0..<Self.seasons {
      let plan = FirePlan(server, rounds: Self.rounds, limit: Self.isLong ? nil : .seconds(15))
      let report = try await Fire.burn(plan)
      #expect(report.differences.isEmpty)
      #expect(report.ways[.changedPages, default: 0] > 0, "no snapshot has relied on its parent")
    }
  }

  /// The rule that chance alone finds missing; the others have a story each, see `Rule`: 300 rounds
  /// without the rule about pages that were never initialised showed nothing.
  @Test("A fire finds out when nobody waits for transactions", arguments: TestServer.either())
  func mutant(server: TestServer) async throws {
    var plan = FirePlan(server, rounds: 300)
    plan.omitted = [.waitForTransactions]
    plan.hasCrashes = false
    #expect(try await !Fire.burn(plan).differences.isEmpty)
  }
}
