import Foundation
import TestSupport

@testable import Backup

/// How a fire is to burn; everything but the order of threads follows from the seed.
struct FirePlan: Sendable {
  let server: TestServer
  var seed: UInt64
  /// Snapshots in a row, in one repository.
  var rounds: Int
  /// After which no further round begins, once there were enough.
  var limit: Duration?
  /// So many rounds there are at least, on a machine however slow.
  var leastRounds = 8
  /// How many sessions write.
  var writers = 4
  /// Whether sessions are killed and the server crashed and restarted.
  var hasCrashes = true
  /// Rules that the backups leave out.
  var omitted: Set<Precaution> = []

  init(_ server: TestServer, rounds: Int, limit: Duration? = nil) {
    self.server = server
    self.rounds = Self.variable("DRYDOCK_FIRE_ROUNDS").map { Int($0) } ?? rounds
    self.limit = limit
    seed = Self.variable("DRYDOCK_FIRE_SEED") ?? UInt64.random(in: 1...1_000_000)
  }

  private static func variable(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }
}
