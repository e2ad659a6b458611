internal import Problems
internal import Repository
internal import Snapshot

/// What a check found of a repository's objects, and what that means for its snapshots.
struct CheckOutcome: Sendable {
  /// What a repair did before; nil without one.
  var repair: RepairReport?
  var check: CheckReport
  /// The snapshots that cannot be restored whole, the oldest first.
  var losses: [SnapshotLoss]
  /// Says that the repository is older than what this machine has seen of it; a warning only.
  var rollback: Problem?
}

extension CheckOutcome {
  /// Repairs where that is asked, then checks.
  ///
  /// - Parameters:
  ///   - repository: What is checked.
  ///   - sample: Which packs are read; nil for none.
  ///   - isRepair: Whether a repair comes first.
  ///   - progress: Told how far the check has come.
  /// - Throws: What keeps it from going on; damage is no error.
  init(
    of repository: Repository,
    reading sample: PackSample?,
    isRepair: Bool,
    progress: @escaping (CheckProgress) -> Void = { _ in }
  ) throws {
    if isRepair { progress(CheckProgress("repairing")) }
    repair = isRepair ? try repository.repair() : nil
    var losses: [SnapshotLoss] = []
    var survey: LossSurvey?
    check = try repository.check(reading: sample, progress: progress) {
      snapshot,
      manifest,
      chunks in
      let walk = survey ?? LossSurvey(chunks)
      survey = walk
      guard let loss = try walk.loss(of: snapshot, manifest: manifest) else { return nil }
      losses.append(loss)
      return "\(loss.parts.count) of its parts cannot be restored whole"
    }
    losses += check.unreadable.map { SnapshotLoss(unreadable: $0) }
    self.losses = losses.sorted { $0.snapshot < $1.snapshot }
  }
}
