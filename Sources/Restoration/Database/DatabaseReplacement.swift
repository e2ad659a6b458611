internal import FoundationEssentials
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// `restore --replace` without `--schema`: a whole database is set aside, a snapshot's takes its name.
///
/// The new copy is built and proven beside the live one, which is only read until then; the names are
/// exchanged in one transaction at the end.
public struct DatabaseReplacement: Sendable {
  let content: SnapshotContent
  let settings: ConnectionSettings
  let options: DatabaseReplacementOptions
  let progress: @Sendable (RestoreProgress) -> Void

  /// Prepares a replacement; nothing is opened yet.
  public init(
    of content: SnapshotContent,
    into settings: ConnectionSettings,
    options: DatabaseReplacementOptions = DatabaseReplacementOptions(),
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.content = content
    self.settings = settings
    self.options = options
    self.progress = progress
  }

  /// Opens the snapshot to its last byte, looks at the target, makes the plan; changes nothing.
  ///
  /// Throws a `Problem`: `damaged` when the snapshot is not whole, `refused` when a guard says no.
  public func plan() async throws -> DatabasePlan {
    let content = content
    progress(RestoreProgress(phase: "opening the snapshot", bytes: 0, totalBytes: 0, rows: 0))
    try await Lane("drydock.proof").run { try SnapshotProof.open(content) }
    return try await look(operation: SetAsideName.newOperation()).plan
  }

  /// Does what a plan's token confirms, and nothing else.
  ///
  /// What the server refuses to the role cannot be known before the copy is built. A copy that lacks
  /// something is not exchanged: it stays in state `proven`, and ``DatabaseOperation/resume()`` is a
  /// person's word that it will do.
  ///
  /// Throws a `Problem` with the live database as it was; of kind `partial` when a copy is left beside
  /// it, or when the connection was lost in the swap and nobody knows yet.
  public func run(token text: String) async throws -> DatabaseResult {
    let started = ContinuousClock.now
    let token = try PlanToken(text)
    let seen = try await look(operation: token.operation)
    try token.check(
      against: seen.plan.binding,
      repository: content.repository,
      now: options.clock()
    )
    let keeper = try await MaintenanceSession.open(
      settings,
      beside: seen.state.identity.database,
      options
    )
    return try await Problem.onMaintenance { try await buildAndSwap(seen, on: keeper, started) }
  }

  /// Goes on with a copy whose operation was killed before the swap.
  func resume(_ copy: DatabaseCopy, _ journal: DatabaseJournal) async throws -> DatabaseResult {
    let started = ContinuousClock.now
    let keeper = try await MaintenanceSession.open(settings, beside: copy.database, options)
    return try await Problem.onMaintenance {
      guard copy.state == .proven else {
        let seen = try await lookAgain(journal)
        try await DatabaseAbandonment(copy: copy.name, settings: settings).run(on: keeper)
        return try await buildAndSwap(seen, on: keeper, started)
      }
      guard let oid = copy.oid else { throw DatabaseBuild.gone(copy.name) }
      let live = try await requireUnchanged(since: journal)
      let (swapped, seconds) = try await swap(journal, oid, with: live, on: keeper)
      await keeper.close()
      let setBack = DatabasePlan.setBack(live, to: content.manifest)
      return result(swapped, seconds, rows: nil, setBack, started)
    }
  }
}
