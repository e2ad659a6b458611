internal import Cluster
internal import Postgres
internal import Problems
internal import Repository
internal import Restoration
internal import Snapshot

/// Level 3: restores a snapshot into a scratch server and looks at what is there.
///
/// Rows are read back and compared by the restore itself. Then the schema is held against what plain
/// SQL makes of it, the user's own questions are asked again, and `amcheck` looks at the pages.
struct RestoreTrial: Sendable {
  let content: SnapshotContent
  let jobs: Int
  let binaryDirectory: String?

  private var options: RestoreOptions {
    var options = RestoreOptions()
    options.jobs = jobs
    options.isNeutralised = true
    options.binaryDirectory = binaryDirectory
    return options
  }

  /// Restores and looks.
  func run(_ progress: @escaping @Sendable (RestoreProgress) -> Void) async throws -> TrialResult {
    let lane = Lane("drydock.trial")
    let scratch = try await lane.run { [content, binaryDirectory] in
      try ScratchDatabase.start(
        like: content,
        role: content.manifest.database.owner,
        binaryDirectory: binaryDirectory,
        isTrial: true
      )
    }
    do {
      let seconds = try await restore(into: scratch, progress)
      var result = try await examine(scratch, lane, progress)
      result.restoreSeconds = seconds
      try await lane.run { try scratch.server.remove() }
      return result
    } catch let problem as Problem where problem.kind == .damaged {
      try await lane.run { try scratch.server.remove() }
      return TrialResult(findings: [.init(subject: "the restored copy", damage: problem)])
    } catch {
      // The first error is the one to report; the next start removes what stays.
      try? await lane.run { try scratch.server.remove() }
      throw error
    }
  }

  private func restore(
    into scratch: ScratchDatabase,
    _ progress: @escaping @Sendable (RestoreProgress) -> Void
  ) async throws -> Double {
    var options = options
    options.loader = scratch.settings(role: ScratchDatabase.loader)
    return try await RestoreRun(
      of: content,
      into: scratch.administration,
      options: options,
      progress: { step in
        var step = step
        step.phase = "level 3: \(step.phase)"
        progress(step)
      }
    ).run().seconds
  }

  private func examine(
    _ scratch: ScratchDatabase,
    _ lane: Lane,
    _ progress: @escaping @Sendable (RestoreProgress) -> Void
  ) async throws -> TrialResult {
    progress(RestoreProgress(phase: "level 3: comparing the definition"))
    var findings = try await lane.run { [self] in
      try SchemaTrial(content: content, options: options).run(on: scratch)
    }
    progress(RestoreProgress(phase: "level 3: asking the questions"))
    findings += try await lane.run { [self] in try AnswerTrial(content: content).run(on: scratch) }
    progress(RestoreProgress(phase: "level 3: checking tables and indexes"))
    let storage = try await StorageTrial(settings: scratch.administration, jobs: jobs).run()
    return TrialResult(findings: findings + storage.findings, relations: storage.relations)
  }
}
