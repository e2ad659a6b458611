internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// What undo, accept and resume share.
extension DatabaseOperation {
  var drop: DatabaseDrop { DatabaseDrop(copy: found) }

  var history: RestoreHistory { RestoreHistory(repository: repository) }

  func check(_ token: String, _ binding: String) throws {
    try PlanToken(token).check(against: binding, repository: repository, now: options.clock())
  }

  /// The live database and the copy as they are now, once nothing forbids the action.
  func look(_ action: SetAsidePlan.Action) async throws -> DatabasePair {
    let operation = found.operation
    let (live, now, bound, latest) = try await looking(at: settings) { connection in
      let copies = try DatabaseCopy.list(connection)
      guard let now = copies.first(where: { $0.operation == operation }) else {
        throw Problem(
          .usage,
          code: "restore.no-operation",
          "there is no operation \(operation) any more",
          hint: "drydock restores shows what there is; another host may have gone on with it."
        )
      }
      let live = try DatabaseState.read(connection)
      let comment = try DatabaseComments(connection: connection).read(live.identity.oid)
      let bound = try now.oid.map { try DatabaseHindrances.read($0, connection) }
      let own = try DatabaseHindrances.read(live.identity.oid, connection)
      return (live, now, (own: own, copy: bound), comment.journals.last?.operation)
    }
    var copy: DatabaseState?
    var writes: DatabaseWrites?
    if now.state == .swapped || now.state == .undone {
      let aside = settings.database(now.name)
      copy = try await looking(at: aside) { try DatabaseState.read($0) }
      // The last session of ours in it, since it counts them.
      if action == .accept { writes = try await DatabaseWrites.read(in: aside) }
    }
    let pair = DatabasePair(
      found: now,
      live: live,
      copy: copy,
      liveHindrances: bound.own,
      copyHindrances: bound.copy,
      latest: latest,
      writes: writes
    )
    try pair.requirePossible(action, options)
    return pair
  }

  private func looking<Value: Sendable>(
    at settings: ConnectionSettings,
    _ body: @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    try await Session.looking(at: settings, lockTimeout: options.lockTimeout, body)
  }

  /// Drops a copy that was never live.
  func abandon(
    _ copy: DatabaseCopy,
    on keeper: Session,
    _ started: ContinuousClock.Instant
  ) async throws -> DatabaseResult {
    let abandonment = DatabaseAbandonment(copy: copy.name, settings: settings)
    try await guarded { try await abandonment.run(on: keeper) }
    await keeper.close()
    let notice = "the copy \(copy.name) was dropped; the live database was never changed"
    let notices = copy.journal.map { history.remember($0, as: .abandoned) } ?? []
    return DatabaseResult(
      dropped: copy,
      seconds: started.secondsAgo,
      notices: [notice] + notices
    )
  }

  func finish(
    _ journal: DatabaseJournal,
    on keeper: Session,
    _ started: ContinuousClock.Instant
  ) async throws -> DatabaseResult {
    try await guarded { try await keeper.run { try drop.finish($0) } }
    await keeper.close()
    return DatabaseResult(
      journal,
      state: .accepted,
      setAside: nil,
      seconds: started.secondsAgo,
      notices: history.remember(journal, as: .accepted)
    )
  }

  /// Until the copy is closed nothing has happened to it.
  func closing(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as PostgresError where error.sqlState == "55006" {
      throw Problem(
        .busy,
        code: "restore.sessions",
        "sessions are in the copy \(found.name); nothing was dropped",
        reason: error.reason,
        hint: "End them, then accept again.",
        isRetryable: true
      )
    } catch let error as PostgresError {
      throw Problem.ofRollback(error, "the copy \(found.name) was not dropped")
    } catch let problem as Problem {
      throw problem.afterRollback
    } catch is CancellationError {
      throw Problem.interrupted
    }
  }

  /// A drop is whole or has not happened; what has begun stays in state `accepting`.
  func guarded(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as PostgresError {
      var problem = error.problem("the copy \(found.name) was not dropped")
      if error.isRetryable || error.sqlState == "55006" { problem.kind = .busy }
      if error.isConnectionLost { problem.kind = .partial }
      problem.hint = "drydock restores shows where the operation is; --resume goes on."
      throw problem
    } catch is CancellationError {
      throw Problem.interrupted
    }
  }
}
