import Repository
import Snapshot

/// What a check of the whole repository took, after all nights.
struct CheckFigures: Codable, Sendable {
  var snapshots: Int
  /// Instances that the index knows.
  var instances: Int
  var isSound: Bool
  var seconds: Double
  /// The largest that the process was during the check.
  var peakMib: Int

  /// Checks the structure, as `drydock check` does.
  ///
  /// - Parameter repository: Opened anew, so that nothing is in memory yet.
  /// - Throws: What the check throws, or what keeps the memory from being measured.
  init(checking repository: Repository) throws {
    try ProcessMemory.forgetPeak()
    let started = ContinuousClock.now
    var survey: LossSurvey?
    let report = try repository.check { snapshot, manifest, chunks in
      let walk = survey ?? LossSurvey(chunks)
      survey = walk
      return try walk.loss(of: snapshot, manifest: manifest).map { "\($0.parts.count) parts" }
    }
    snapshots = report.snapshots
    instances = report.chunks
    isSound = report.isSound
    seconds = (ContinuousClock.now - started) / .seconds(1)
    peakMib = try ProcessMemory.peakMib()
  }

  init(snapshots: Int, instances: Int, isSound: Bool, seconds: Double, peakMib: Int) {
    self.snapshots = snapshots
    self.instances = instances
    self.isSound = isSound
    self.seconds = seconds
    self.peakMib = peakMib
  }

  /// One line for people.
  var text: String {
    "check: \(snapshots) snapshots, \(instances) instances, "
      + "\((seconds * 10).rounded() / 10) s, memory at most \(peakMib) MiB, "
      + (isSound ? "nothing is wrong" : "DAMAGE FOUND")
  }
}
