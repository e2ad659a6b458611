internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// The steps of a replacement, which a resume takes from the middle on.
extension DatabaseReplacement {
  /// What is known when the guards have been passed.
  struct Seen: Sendable {
    let state: DatabaseState
    let shape: DatabaseShape
    let plan: DatabasePlan
  }

  func look(operation: String) async throws -> Seen {
    let (content, options) = (content, options)
    let seen = try await looking(operation)
    try seen.plan.requirePossible(seen.state, options)
    try DatabasePlan.requireWhole(content.manifest.isPartial, content.name.text)
    try MaintenanceSession.requireOther(than: seen.plan.target.database, options)
    return seen
  }

  private func looking(_ operation: String) async throws -> Seen {
    let (content, options) = (content, options)
    return try await Session.looking(at: settings, lockTimeout: options.lockTimeout) { connection in
      try Target.inspect(connection).requireCompatible(content.manifest)
      let begun = try DatabaseCopy.list(connection).first { $0.operation == operation }
      if let begun { throw Self.alreadyBegun(begun) }
      let state = try DatabaseState.read(connection)
      return Seen(
        state: state,
        shape: try DatabaseShape.read(connection),
        plan: try DatabasePlan(
          operation: operation,
          state: state,
          content: content,
          options: options,
          connection
        )
      )
    }
  }

  /// The plan of an operation that was begun, once the database still is what its journal says.
  func lookAgain(_ journal: DatabaseJournal) async throws -> Seen {
    let seen = try await look(operation: SetAsideName.newOperation())
    let database = seen.state.identity.database
    guard try seen.state.essenceHash == journal.essence else {
      throw Problem.databaseChangedMeanwhile(database)
    }
    return Seen(state: seen.state, shape: seen.shape, plan: seen.plan.of(journal.operation))
  }

  private static func alreadyBegun(_ copy: DatabaseCopy) -> Problem {
    Problem(
      .refused,
      code: "restore.already-begun",
      "operation \(copy.operation) has begun already: it is \(copy.state.rawValue)",
      facts: [Problem.Fact("copy", copy.name)],
      hint: "drydock restore --resume \(copy.operation) goes on, --undo drops what was built."
    )
  }

  func buildAndSwap(
    _ seen: Seen,
    on keeper: Session,
    _ started: ContinuousClock.Instant
  ) async throws -> DatabaseResult {
    let build = DatabaseBuild(
      content: content,
      settings: settings,
      options: options,
      live: seen.state,
      shape: seen.shape,
      journal: try await journal(seen, keeper),
      progress: progress
    )
    let restored = try await build.run(on: keeper)
    // Hours of silence may have cost the session that waited.
    let awake = try await build.keeping {
      try await MaintenanceSession.renewed(
        keeper,
        settings,
        beside: seen.plan.target.database,
        options
      )
    }
    let (proven, copyOid) = try await build.keeping { try await build.prove(restored, on: awake) }
    guard restored.omissions.isEmpty else {
      await awake.close()
      return waiting(proven, restored, started)
    }
    progress(RestoreProgress(phase: "exchanging names", bytes: 0, totalBytes: 0, rows: 0))
    do {
      let live = try await requireUnchanged(since: proven)
      let (swapped, seconds) = try await swap(proven, copyOid, with: live, on: awake)
      await awake.close()
      return result(swapped, seconds, rows: restored.rows, seen.plan.setBack, started)
    } catch let problem as Problem {
      throw problem.kind == .partial ? problem : problem.afterProof(of: proven.setAside)
    } catch let error as PostgresError {
      throw Problem.ofMaintenance(error).afterProof(of: proven.setAside)
    }
  }

  private func journal(_ seen: Seen, _ keeper: Session) async throws -> DatabaseJournal {
    let plan = seen.plan
    return DatabaseJournal(
      operation: plan.operation,
      state: .building,
      copy: .new,
      database: plan.target.database,
      setAside: plan.copy,
      snapshot: plan.snapshot,
      without: options.without.rawValue,
      essence: try seen.state.essenceHash,
      at: try await keeper.run { try JournaledCopies(connection: $0).now() },
      by: plan.target.role
    )
  }

  /// A copy that is complete but for what the server refused, and is not live.
  private func waiting(
    _ proven: DatabaseJournal,
    _ restored: RestoreResult,
    _ started: ContinuousClock.Instant
  ) -> DatabaseResult {
    var result = DatabaseResult(
      proven,
      setAside: proven.setAside,
      seconds: started.secondsAgo,
      notices: []
    )
    result.rows = restored.rows
    return result
  }

  /// What was confirmed must still be so after hours of loading; returns what is there.
  func requireUnchanged(since journal: DatabaseJournal) async throws -> DatabaseState {
    let options = options
    let now = try await Session.looking(at: settings, lockTimeout: options.lockTimeout) {
      try DatabaseState.read($0)
    }
    try DatabasePlan.requireAllowed(now, options)
    guard try now.essenceHash == journal.essence else {
      throw Problem.databaseChangedMeanwhile(journal.database)
    }
    return now
  }

  /// Exchanges the names of exactly the two databases that were looked at.
  func swap(
    _ proven: DatabaseJournal,
    _ copyOid: Int,
    with live: DatabaseState,
    on keeper: Session
  ) async throws -> (DatabaseJournal, Double) {
    var journal = proven
    journal.state = .swapped
    journal.copy = .old
    journal.setAside = SetAsideName.name(
      base: journal.database,
      operation: journal.operation,
      copy: .old
    )
    let pair = DatabaseSwap.Pair(
      database: journal.database,
      liveOid: live.identity.oid,
      aside: journal.setAside,
      copy: proven.setAside,
      copyOid: copyOid
    )
    return try await DatabaseSwap(pair: pair, journal: journal).run(on: keeper, settings, options)
  }

  func result(
    _ journal: DatabaseJournal,
    _ swapSeconds: Double,
    rows: Int?,
    _ setBack: [PlannedPatch],
    _ started: ContinuousClock.Instant
  ) -> DatabaseResult {
    var result = DatabaseResult(
      journal,
      setAside: journal.setAside,
      seconds: started.secondsAgo,
      notices: RestoreHistory(repository: content.repository).remember(journal)
    )
    result.swapSeconds = swapSeconds
    result.rows = rows
    result.setBack = setBack
    return result
  }
}

extension DatabasePlan {
  /// The same plan under the id of an operation that was begun.
  func of(_ operation: String) -> DatabasePlan {
    var plan = self
    plan.operation = operation
    plan.copy = SetAsideName.name(base: target.database, operation: operation, copy: .new)
    plan.setAside = SetAsideName.name(base: target.database, operation: operation, copy: .old)
    return plan
  }
}
