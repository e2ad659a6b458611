import Dispatch
import Foundation
import ObjectStore
import Repository
import Snapshot
import Synchronization

/// Makes a repository with a long history: as many snapshots as nobody has the nights for.
struct History {
  private static let day = 86_400.0

  let simulation: Simulation
  /// Snapshots, the first one included.
  let snapshots: Int

  /// Writes all snapshots, one for each day until yesterday.
  func run() throws {
    let repository = try Repository.open(simulation.store, passphrase: nil)
    let segments = try writeStripes(repository)
    let writer = try UnprovenWriter(repository)
    var totals = StripeTotals()
    for stripe in 0..<simulation.stripes { totals.add(Simulation.entry(stripe, [], nil)) }
    totals.bytes = simulation.stripes * StripeContent.length
    let start = Date().addingTimeInterval(-Double(snapshots) * Self.day)
    var parent: SnapshotName?
    for night in 0..<snapshots {
      let time = start.addingTimeInterval(Double(night) * Self.day)
      let manifest = Manifest.simulated(
        taken: time,
        stripes: simulation.stripes,
        segments: segments[night],
        totals: totals,
        parent: parent
      )
      parent = try writer.commit(manifest.encoded(), at: time)
    }
  }

  /// Writes all chunks, on as many threads as there are processors; the segments of each night.
  private func writeStripes(_ repository: Repository) throws -> [[ChunkID]] {
    let count = (simulation.stripes + Segment.capacity - 1) / Segment.capacity
    let lanes = min(count, ProcessInfo.processInfo.activeProcessorCount)
    let results = Mutex<[Int: Result<[[ChunkID]], any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: lanes) { number in
      let range = count * number / lanes..<count * (number + 1) / lanes
      let result = Result { () throws -> [[ChunkID]] in
        var lane = try HistoryLane(simulation, range, in: repository)
        return try (0..<snapshots).map { try lane.take($0) }
      }
      results.withLock { $0[number] = result }
    }
    let written = try results.withLock { results in
      try (0..<lanes).map { try results[$0]?.get() ?? [] }
    }
    return (0..<snapshots).map { night in written.flatMap { $0[night] } }
  }
}
