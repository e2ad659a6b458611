internal import Cluster
internal import Postgres
internal import Problems
internal import Restoration
internal import Repository
internal import Snapshot

/// Where patches are rehearsed: a scratch server with the snapshot in it, or a copy of one; or a server
/// that a person named.
struct RehearsalGround {
  private let content: SnapshotContent
  private let options: RehearsalRun.Options
  private let report: @Sendable (RestoreProgress) -> Void

  init(of run: RehearsalRun) {
    (content, options, report) = (run.content, run.options, run.report)
  }

  private func progress(_ phase: String) { report(RestoreProgress(phase: phase)) }

  /// Starts and fills it.
  ///
  /// - Parameter lane: Where blocking work runs.
  /// - Returns: The scratch, and whether it is a copy of one that was filled before.
  /// - Throws: A `Problem`; nothing is left behind then.
  func prepare(_ lane: Lane) async throws -> (scratch: any Scratch, isFromTemplate: Bool) {
    if let server = options.server { return (try await prepare(server, lane), false) }
    progress("starting a scratch server")
    let key = try await lane.run { [self] in
      try options.templates.map { _ in try TemplateKey(of: content, options) }
    }
    if let key, let copy = try await lane.run({ [self] in try copy(key) }) { return (copy, true) }
    let scratch = try await lane.run { [content, options] in
      try ScratchDatabase.start(
        like: content,
        role: options.migrator,
        binaryDirectory: options.binaryDirectory
      )
    }
    do {
      try await fill(scratch, lane)
      if let key { try await lane.run { [self] in try keep(scratch, key) } }
      return (scratch, false)
    } catch {
      await abandon(scratch, lane)
      throw error
    }
  }

  /// On a server that a person named, the snapshot is restored each time.
  private func prepare(_ server: ConnectionSettings, _ lane: Lane) async throws -> any Scratch {
    progress("preparing the scratch server")
    let scratch = try await lane.run { [content, options] in
      try NamedScratch.start(
        on: server,
        like: content,
        role: options.migrator,
        note: options.note
      )
    }
    do {
      try await fill(scratch, lane)
      return scratch
    } catch {
      await abandon(scratch, lane)
      throw error
    }
  }

  /// Takes the scratch away after an error, which is the one to report: what cannot be removed now is
  /// removed by the next rehearsal, and where others use the same server that is said.
  func abandon(_ scratch: any Scratch, _ lane: Lane) async {
    do {
      try await lane.run { try scratch.remove() }
    } catch {
      guard scratch.namedServer != nil else { return }
      options.note("\((error as? Problem).map(\.description) ?? "\(error)")")
    }
  }

  private func copy(_ key: TemplateKey) throws -> ScratchDatabase? {
    guard let cache = options.templates else { return nil }
    return try ScratchDatabase.start(
      copying: key.text,
      in: cache,
      like: content,
      binaryDirectory: options.binaryDirectory,
      note: options.note
    )
  }

  /// A rehearsal does not fail for what only saves time.
  private func keep(_ scratch: ScratchDatabase, _ key: TemplateKey) throws {
    guard let cache = options.templates else { return }
    progress("keeping a copy of the restored snapshot")
    do {
      guard try !scratch.keep(as: key.text, in: cache) else { return }
      options.note("the restored snapshot does not fit \(cache.directory); it is not kept")
    } catch let problem as Problem where scratch.server.pid != nil {
      let reason = problem.reason.map { ": \($0)" } ?? ""
      options.note("the restored snapshot is not kept: \(problem.summary)\(reason)")
    }
  }

  private func fill(_ scratch: any Scratch, _ lane: Lane) async throws {
    let phase = "restoring \(content.name)"
    var restoring = RestoreOptions()
    restoring.jobs = options.jobs
    restoring.verifies = false
    restoring.isNeutralised = true
    restoring.loader = scratch.settings(role: ScratchDatabase.loader)
    restoring.isOnSharedServer = scratch.namedServer != nil
    restoring.binaryDirectory = options.binaryDirectory
    switch options.rows {
    case .all: break
    case .sample(let rows): restoring.sampledRows = rows
    case .none: restoring.isSchemaOnly = true
    }
    do {
      _ = try await RestoreRun(
        of: content,
        into: scratch.administration,
        options: restoring,
        progress: { [report] step in
          var step = step
          step.phase = "\(phase): \(step.phase)"
          report(step)
        }
      ).run()
    } catch let problem as Problem where problem.kind == .partial {
      throw Self.noScratch(problem, scratch)
    }
    try await lane.run {
      _ = try Connection.open(scratch.administration).execute("VACUUM (FREEZE)")
    }
  }

  /// What a half-filled scratch means: nothing to tidy up by hand, nothing changed anywhere.
  private static func noScratch(_ problem: Problem, _ scratch: any Scratch) -> Problem {
    var copy = problem
    copy.kind = .failed
    copy.facts.removeAll { $0.name == "state" }
    let server = scratch.namedServer
    copy.hint =
      problem.code == "postgres.53100"
      ? server.map { "Nothing was changed. \($0) has no room for the whole snapshot." }
        ?? "Nothing was changed. Set TMPDIR to a directory with room for the whole snapshot."
      : "Nothing was changed. Check the snapshot with drydock verify --level 3."
    return copy
  }
}
