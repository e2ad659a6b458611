internal import Postgres
internal import Problems
internal import Repository
internal import Restoration
internal import Snapshot

/// Level 3 for an imported dump: it loads into an empty server without an error.
///
/// There is nothing to compare it with: what it made is what it says.
struct DumpTrial: Sendable {
  let content: SnapshotContent
  let jobs: Int
  let binaryDirectory: String?

  /// Loads it.
  func run(_ progress: @escaping @Sendable (RestoreProgress) -> Void) async throws -> TrialResult {
    try await Lane("drydock.trial").run { try load(progress) }
  }

  private func load(_ progress: @escaping @Sendable (RestoreProgress) -> Void) throws -> TrialResult
  {
    let started = ContinuousClock.now
    var options = RestoreOptions()
    options.jobs = jobs
    options.binaryDirectory = binaryDirectory
    let scratch: DumpScratch
    do {
      scratch = try DumpScratch.start(of: content, options: options) { step in
        var step = step
        step.phase = "level 3: \(step.phase)"
        progress(step)
      }
    } catch let problem as Problem where problem.kind == .damaged {
      return TrialResult(findings: [.init(subject: "the dump", damage: problem)])
    }
    let seconds = started.secondsAgo
    try scratch.remove()
    return TrialResult(findings: [], restoreSeconds: seconds)
  }
}
