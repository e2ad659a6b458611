internal import Postgres
internal import Problems
internal import Repository
internal import Snapshot

/// The half of a replacement that changes something: builds where that is wanted, swaps, drops.
struct ReplacementExchange: Sendable {
  /// How often the exchange of names is tried: beside a busy application a lock may come late, and
  /// between two attempts all who waited go on.
  private static let attempts = 3

  let replacement: SchemaReplacement
  let session: Session
  let prepared: SchemaReplacement.Prepared

  init(
    _ replacement: SchemaReplacement,
    _ session: Session,
    _ prepared: SchemaReplacement.Prepared
  ) {
    self.replacement = replacement
    self.session = session
    self.prepared = prepared
  }

  private var plan: ReplacementPlan { prepared.plan }
  private var options: ReplacementOptions { replacement.options }

  /// Does all of it.
  func run(since started: ContinuousClock.Instant) async throws -> ReplacementResult {
    try await announce()
    try await session.run { [plan] in try UnfinishedCopy.requireNew(plan.operation, $0) }
    if plan.way == .beside { try await build() }
    return try await exchange(started)
  }

  /// Goes on from a copy that is being built, which is begun again, or is proven.
  func resume(
    _ found: SetAside,
    since started: ContinuousClock.Instant
  ) async throws -> ReplacementResult {
    try await announce()
    // What was found is as old as the opening of the whole snapshot.
    let found = try await session.run { try found.again($0) }
    if found.state == .building {
      try await remove(found)
      try await build()
    }
    return try await exchange(started)
  }

  /// From here on no other operation touches this schema, in whichever of our transactions.
  private func announce() async throws {
    let locks = options.lockTimeout
    try await session.run { [plan] in
      try ExchangeLocks(connection: $0, timeout: locks).announceForSession(plan.schema)
    }
  }

  private func build() async throws {
    guard let batches = prepared.proof.batches else { return }
    let build = BesideBuild(
      session: session,
      content: replacement.content,
      prepared: prepared,
      batches: batches,
      settings: replacement.settings,
      options: options,
      progress: replacement.progress
    )
    do {
      try await build.run()
    } catch {
      throw await UnfinishedCopy.afterFailure(error, plan, session, options.lockTimeout)
    }
  }

  private func remove(_ found: SetAside) async throws {
    let timeout = options.lockTimeout
    do {
      try await session.run { connection in
        try SetAsideDrop(connection: connection, lockTimeout: timeout).finish(found.journal)
      }
    } catch {
      let live = "schema \(plan.schema) is live as it was"
      throw SetAsideDrop.stopped(error, found.journal, live: live)
    }
  }

  private func exchange(_ started: ContinuousClock.Instant) async throws -> ReplacementResult {
    if plan.way == .beside { try await requireHolding() }
    let (journal, unknown) = try await swapNames()
    let history = RestoreHistory(repository: replacement.content.repository)
    var notices = history.remember(journal, as: .swapped)
    notices += await validate(journal)
    if journal.state == .accepting { notices += try await drop(journal, history) }
    return ReplacementResult(
      plan,
      journal,
      unknown: unknown,
      notices: notices,
      seconds: started.secondsAgo
    )
  }

  /// Looks once more whether foreign keys across the border would hold: hours lie between the plan's
  /// forecast and here, and afterwards the copy is live.
  private func requireHolding() async throws {
    let (state, plan, timeout) = (prepared.state, plan, options.lockTimeout)
    let keys =
      ForeignKeyCheck.incoming(state.border, to: plan.copy)
      + ForeignKeyCheck.outgoing(prepared.proof.batches?.outgoingKeys ?? [], of: plan.copy)
    do {
      try await session.run { connection in
        try connection.looking(lockTimeout: timeout) {
          try ForeignKeyCheck(connection: connection).requireHolding(keys)
        }
      }
    } catch {
      throw left(UnfinishedCopy.problem(error, plan))
    }
  }

  /// Checks the rows of foreign keys across the border, once nobody has to wait for that.
  private func validate(_ journal: Journal) async -> [String] {
    guard journal.unchecked != nil else { return [] }
    let timeout = options.lockTimeout
    replacement.progress(
      RestoreProgress(phase: "foreign keys", bytes: 0, totalBytes: plan.bytes, rows: 0)
    )
    do {
      return try await session.run { connection in
        ForeignKeyValidation(connection: connection, lockTimeout: timeout).finish(journal)
      }
    } catch {
      return ForeignKeyValidation.waiting(journal, because: error)
    }
  }

  private func swapNames() async throws -> (Journal, [String]) {
    var attempt = 1
    while true {
      do {
        return try await swapOnce()
      } catch let error as PostgresError {
        if error.isRetryable, plan.way == .beside, attempt < Self.attempts {
          attempt += 1
        } else {
          throw left(Problem.ofRollback(error, "schema \(plan.schema) was not replaced"))
        }
      } catch {
        throw left(UnfinishedCopy.problem(error, plan))
      }
    }
  }

  /// What a failed swap left: nothing, or a copy that waits for another attempt.
  private func left(_ problem: Problem) -> Problem {
    plan.way == .beside ? UnfinishedCopy.left(problem, plan) : problem.afterRollback
  }

  private func swapOnce() async throws -> (Journal, [String]) {
    let exchange = self
    guard let safety = options.drop else {
      return try await session.run { try exchange.swap($0).run(exchange.prepared.state) }
    }
    try await session.run { try exchange.swap($0).hold(exchange.prepared.state) }
    let snapshot = try await safeSnapshot(safety)
    return try await session.run {
      try exchange.swap($0).run(exchange.prepared.state, safety: snapshot)
    }
  }

  private func swap(_ connection: Connection) -> SchemaSwap {
    let (progress, total) = (replacement.progress, plan.bytes)
    return SchemaSwap(
      connection: connection,
      content: replacement.content,
      proof: prepared.proof,
      plan: plan,
      options: options
    ) { phase, bytes, rows in
      progress(RestoreProgress(phase: phase, bytes: bytes, totalBytes: total, rows: rows))
    }
  }

  /// A snapshot of the live schema while nobody can write to it; the session's transaction ends
  /// where there is none.
  private func safeSnapshot(_ safety: SafetySnapshot) async throws -> String {
    do {
      let proof = try await safety.take(plan.schema)
      try proof.require(of: plan.schema)
      return proof.snapshot
    } catch {
      // The session goes, and with it the transaction and every lock: no second attempt.
      await session.close()
      throw UnfinishedCopy.problem(error, plan)
    }
  }

  /// The live schema that was is dropped, batch by batch.
  private func drop(_ journal: Journal, _ history: RestoreHistory) async throws -> [String] {
    let timeout = options.lockTimeout
    do {
      try await session.run { connection in
        try SetAsideDrop(connection: connection, lockTimeout: timeout).finish(journal)
      }
    } catch {
      throw SetAsideDrop.stopped(error, journal, live: "the new schema \(plan.schema) is live")
    }
    return history.remember(journal, as: .accepted)
  }
}
