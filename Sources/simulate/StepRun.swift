import Foundation
import ObjectStore
import Reports
import Repository
import Snapshot

/// Does one step to the repository in a directory.
struct StepRun {
  let directory: String
  let stripes: Int
  let percent: Int
  let seed: UInt64
  /// Snapshots of the history.
  let snapshots: Int
  /// Bytes that a collection copies at most: chunks of the simulation are a tenth of real ones or less,
  /// and it is their number that takes time.
  var maxRepack = 128 << 20

  /// Does a step, and measures it.
  func run(_ step: Step) throws -> StepFigures {
    try ProcessMemory.forgetPeak()
    let started = ContinuousClock.now
    let (outcome, isSound) = try result(of: step)
    return StepFigures(
      step: step.rawValue,
      seconds: (ContinuousClock.now - started) / .seconds(1),
      peakMib: try ProcessMemory.peakMib(),
      isJudged: step.isJudged,
      outcome: outcome,
      isSound: isSound
    )
  }

  private var store: LocalStore { LocalStore("\(directory)/repository", isDurable: false) }

  private var simulation: Simulation {
    Simulation(
      stripes: stripes,
      nights: 0,
      percent: percent,
      seed: seed,
      store: store,
      cacheDirectory: "\(directory)/cache"
    )
  }

  private func result(of step: Step) throws -> (outcome: String, isSound: Bool) {
    if step == .history {
      _ = try Repository.create(in: store, encryption: .none)
      try History(simulation: simulation, snapshots: snapshots).run()
      return ("\(snapshots) snapshots of \(stripes) stripes", true)
    }
    let repository = try open(step.age)
    switch step {
    case .history: return ("", false)
    case .index: return try index(repository)
    case .night: return try night(repository)
    case .snapshots: return try list(repository)
    case .check, .recheck: return try check(repository, nil)
    case .sample: return try check(repository, PackSample(percent: 1, day: 7))
    case .survey, .mark, .sweep: return try collect(repository)
    case .forget: return try forget(repository)
    case .rebuild: return try rebuild(repository)
    }
  }

  /// Opens the repository as a program would have done some time ago.
  private func open(_ age: Double) throws -> Repository {
    try Repository.open(
      BackdatedStore(base: store, age: age),
      passphrase: nil,
      cacheDirectory: "\(directory)/cache",
      clock: { Date(timeIntervalSinceNow: -age) }
    )
  }

  private func index(_ repository: Repository) throws -> (String, Bool) {
    let newest = try repository.snapshots().last
    let writer = try repository.beginSnapshot(parent: newest)
    try writer.abandon()
    return ("\(try Simulation.bytes(of: simulation.cacheDirectory) >> 20) MiB of cache", true)
  }

  private func night(_ repository: Repository) throws -> (String, Bool) {
    let number = try repository.snapshots().count
    let (night, _) = try simulation.take(number, parent: repository.snapshots().last)
    let parts = zip(Night.columns.map(\.title), night.cells).map { "\($0) \($1)" }
    return (parts.joined(separator: ", "), night.judgedSeconds <= Figures.secondsLimit)
  }

  private func list(_ repository: Repository) throws -> (String, Bool) {
    // All are in memory at once, as when a person asks for the list.
    let all = try repository.snapshots().map { try SnapshotContent(opening: $0, in: repository) }
    let newest = all.map(\.manifest.taken).max() ?? "no time"
    return ("\(all.count) snapshots, the last of \(newest)", true)
  }

  private func check(_ repository: Repository, _ sample: PackSample?) throws -> (String, Bool) {
    var survey: LossSurvey?
    let report = try repository.check(reading: sample) { snapshot, manifest, chunks in
      let walk = survey ?? LossSurvey(chunks)
      survey = walk
      return try walk.loss(of: snapshot, manifest: manifest).map { "\($0.parts.count) parts" }
    }
    let outcome =
      "\(report.snapshots) snapshots, \(report.chunks) instances, \(report.packs) packs, "
      + "\(report.packsMarked) marked, \(report.bytesRead >> 20) MiB read, "
      + "\(report.findings.count) findings"
    return (outcome, report.isSound)
  }

  private func forget(_ repository: Repository) throws -> (String, Bool) {
    var policy = RetentionPolicy()
    (policy.daily, policy.weekly, policy.monthly, policy.yearly) = (14, 8, 12, 5)
    let candidates = try repository.snapshots().map { name in
      let manifest = try SnapshotContent(opening: name, in: repository).manifest
      return RetentionPlan.Candidate(
        name: name,
        series: manifest.series,
        taken: try manifest.takenTime,
        tags: manifest.tags
      )
    }
    let plan = RetentionPlan(policy, candidates)
    try repository.forget(plan.removed)
    return ("\(plan.removed.count) of \(candidates.count) snapshots", !plan.removed.isEmpty)
  }

  private func collect(_ repository: Repository) throws -> (String, Bool) {
    var options = CollectOptions()
    options.maxRepack = maxRepack
    let report = try repository.collect(options) { name, _, visitor in
      try SnapshotContent(opening: name, in: repository).manifest.visitChunks(visitor)
    }
    func text(_ word: String, _ amount: CollectReport.Amount) -> String {
      ", \(word) \(amount.packs) packs (\(amount.bytes >> 20) MiB)"
    }
    let outcome =
      "\(report.snapshots) snapshots" + text("of", report.stored) + text("marked", report.marked)
      + text("repacked", report.repacked) + text("partly dead", report.partlyDead)
      + text("deleted", report.deleted) + text("waiting", report.waiting)
    return (outcome, report.damaged.isEmpty)
  }

  /// Loses the index, and makes it again.
  private func rebuild(_ repository: Repository) throws -> (String, Bool) {
    for object in try store.list("index") { try store.delete(object.name) }
    let rebuilt = try repository.rebuildIndex()
    return ("\(rebuilt.packs) packs in an index again", rebuilt.damaged.isEmpty)
  }
}
