internal import Foundation
public import Postgres
internal import Problems
internal import Repository
public import Snapshot

/// `restore --replace --schema S`: a live schema is set aside and a snapshot's takes its name.
///
/// Guards come first, in this order, and nothing is touched before all of them hold: the snapshot is
/// opened to its last byte, the target's identity and label are looked at, what crosses the border
/// is judged, a plan is made, and its token is compared.
public struct SchemaReplacement: Sendable {
  let content: SnapshotContent
  let schema: String
  let settings: ConnectionSettings
  let options: ReplacementOptions
  let progress: @Sendable (RestoreProgress) -> Void

  /// Prepares a replacement; nothing is opened yet.
  public init(
    of content: SnapshotContent,
    schema: String,
    into settings: ConnectionSettings,
    options: ReplacementOptions = ReplacementOptions(),
    progress: @escaping @Sendable (RestoreProgress) -> Void = { _ in }
  ) {
    self.content = content
    self.schema = schema
    self.settings = settings
    self.options = options
    self.progress = progress
  }

  /// Looks at both sides and makes the plan; changes nothing.
  ///
  /// Throws a `Problem`: `damaged` when the snapshot is not whole, `refused` when a guard says no.
  public func plan() async throws -> ReplacementPlan {
    try await prepared(operation: SetAsideName.newOperation()) { _, prepared in prepared.plan }
  }

  /// Does what a plan's token confirms, and nothing else.
  ///
  /// Throws a `Problem` of kind `refused`, `damaged` or `busy` with nothing changed; of kind
  /// `partial` only when the connection was lost and nobody knows yet.
  public func run(token text: String) async throws -> ReplacementResult {
    let started = ContinuousClock.now
    let token = try PlanToken(text)
    let (content, options, progress) = (content, options, progress)
    return try await prepared(operation: token.operation) { connection, prepared in
      try token.check(
        against: prepared.plan.binding,
        repository: content.repository,
        now: options.clock()
      )
      let total = prepared.plan.bytes
      let swap = SchemaSwap(
        connection: connection,
        content: content,
        proof: prepared.proof,
        plan: prepared.plan,
        options: options
      ) { phase, bytes, rows in
        progress(RestoreProgress(phase: phase, bytes: bytes, totalBytes: total, rows: rows))
      }
      do {
        let (journal, unknown) = try swap.run(prepared.state)
        let history = RestoreHistory(repository: content.repository)
        return ReplacementResult(
          prepared.plan,
          unknown: unknown,
          notices: history.remember(journal),
          seconds: started.secondsAgo
        )
      } catch let error as PostgresError {
        throw Problem.ofRollback(error, "schema \(prepared.plan.schema) was not replaced")
      } catch let problem as Problem {
        throw problem.afterRollback
      }
    }
  }

  /// What is known when the guards have been passed.
  struct Prepared: Sendable {
    let proof: SnapshotProof
    let state: LiveState
    let plan: ReplacementPlan
  }

  private func prepared<Value: Sendable>(
    operation: String,
    _ body: @escaping @Sendable (Connection, Prepared) throws -> Value
  ) async throws -> Value {
    let session = try await openSession()
    let replacement = self
    do {
      let value = try await session.run { connection in
        try body(connection, try replacement.prepare(operation, connection))
      }
      await session.close()
      return value
    } catch let error as PostgresError {
      await session.close()
      throw Problem.ofLooking(error)
    } catch is CancellationError {
      throw Problem.interrupted
    }
  }

  private func openSession() async throws -> Session {
    do {
      return try await Session.open(settings)
    } catch let error as PostgresError {
      throw error.problem("cannot connect to \(settings)")
    }
  }

  private func prepare(_ operation: String, _ connection: Connection) throws -> Prepared {
    try Target.inspect(connection).requireCompatible(content.manifest)
    let proof = try SnapshotProof(
      content,
      schema: schema,
      options: options,
      serverVersion: connection.serverVersion
    )
    let prepared = try connection.looking(lockTimeout: options.lockTimeout) {
      let state = try LiveState.read(schema, connection)
      try state.border.requirePassable(schema)
      let plan = try ReplacementPlan(
        operation: operation,
        proof: proof,
        state: state,
        replacement: self,
        connection
      )
      try plan.requirePossible(options)
      return Prepared(proof: proof, state: state, plan: plan)
    }
    try ForeignKeyForecast(connection: connection, content: content, work: proof.work)
      .requireHolding(prepared.state.border)
    return prepared
  }
}

/// What a replacement did.
public struct ReplacementResult: Sendable, Equatable {
  /// The operation's id, for `--undo` and `--accept`.
  public var operation: String
  /// The name of the copy that is kept.
  public var setAside: String
  /// Rows that were brought.
  public var rows: Int
  /// Patches that the ledger now counts as set back.
  public var setBack: [PlannedPatch]
  /// What was left out, and why.
  public var omissions: [String]
  /// Seconds that it took.
  public var seconds: Double

  init(_ plan: ReplacementPlan, unknown: [String], notices: [String], seconds: Double) {
    operation = plan.operation
    setAside = plan.setAside
    rows = plan.rows
    setBack = plan.setBack
    omissions = plan.omissions + notices
    if !unknown.isEmpty {
      omissions.append(
        "patches that the snapshot has and this ledger never saw: "
          + unknown.joined(separator: ", ") + " (drydock baseline records them)"
      )
    }
    self.seconds = seconds
  }
}
