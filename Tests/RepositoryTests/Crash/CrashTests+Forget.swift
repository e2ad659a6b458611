import Foundation
import Snapshot
import TestSupport

@testable import Repository

extension CrashTests {
  static let forget = CrashTrial(
    "forgetting all but the newest two of five snapshots",
    begin: { try begin(5, $0) },
    work: { scene, done in try done.forget(allBut: 2, in: scene.open()) },
    inspect: { scene, done in
      try inspect(scene, &done)
      try done.forget(allBut: 2, in: scene.open())
      // What was seen as gone is taken for gone by a collector, who leaves nothing of it.
      try finish(scene, &done)
    }
  )
}

extension DoneWork {
  /// Forgets by a policy, as the command does.
  mutating func forget(allBut count: Int, in repository: Repository) throws {
    var policy = RetentionPolicy()
    policy.last = count
    let series = SnapshotSeries(database: "app", systemIdentifier: "7")
    let candidates = try repository.snapshots().enumerated().map { day, name in
      let taken = Sample.time.addingTimeInterval(Double(day) * 86_400)
      return RetentionPlan.Candidate(name: name, series: series, taken: taken)
    }
    try forget(RetentionPlan(policy, candidates).removed, in: repository)
  }
}
