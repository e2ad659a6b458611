internal import FoundationEssentials
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
    let operation = try SetAsideName.newOperation()
    return try await withSession { try await prepared(operation, $0).plan }
  }

  /// Does what a plan's token confirms, and nothing else.
  ///
  /// Throws a `Problem` of kind `refused`, `damaged` or `busy` with the live schema as it was; of
  /// kind `partial` when the connection was lost and nobody knows yet, or when the new schema is
  /// live and the old one was dropped in part.
  public func run(token text: String) async throws -> ReplacementResult {
    let started = ContinuousClock.now
    let token = try PlanToken(text)
    return try await withSession { session in
      let prepared = try await prepared(token.operation, session)
      try token.check(
        against: prepared.plan.binding,
        repository: content.repository,
        now: options.clock()
      )
      return try await ReplacementExchange(self, session, prepared).run(since: started)
    }
  }

  /// Goes on with a copy that is not live yet, if the live schema still is what its plan saw.
  func resume(_ found: SetAside) async throws -> ReplacementResult {
    let started = ContinuousClock.now
    return try await withSession { session in
      let prepared = try await prepared(found.operation, session)
      // Whoever owns a schema can write what it likes into the comment of that one, not of this.
      let isKnown = prepared.state.schema.comment.journals.contains {
        $0.operation == found.operation && $0.copy == .live
      }
      guard isKnown, try found.journal.build?.basis == prepared.state.basis else {
        var problem = Problem.changedMeanwhile()
        problem.hint =
          "drydock restore --undo \(found.operation) drops the new copy; then make a new plan."
        throw problem
      }
      return try await ReplacementExchange(self, session, prepared).resume(found, since: started)
    }
  }

  /// What is known when the guards have been passed.
  struct Prepared: Sendable {
    let proof: SnapshotProof
    let state: LiveState
    let plan: ReplacementPlan
  }

  private func prepared(_ operation: String, _ session: Session) async throws -> Prepared {
    let replacement = self
    return try await session.run { try replacement.prepare(operation, $0) }
  }

  private func withSession<Value: Sendable>(
    _ body: (Session) async throws -> Value
  ) async throws -> Value {
    try await Session.lending(in: settings) { session in
      // It waits while others load, and holds its locks while a safety snapshot is taken.
      try await session.run { try $0.freeFromTimeLimits() }
      return try await body(session)
    }
  }

  private func prepare(_ operation: String, _ connection: Connection) throws -> Prepared {
    try connection.requireOwnSession()
    try Target.inspect(connection).requireCompatible(content.manifest)
    let proof = try SnapshotProof(
      content,
      schema: schema,
      options: options,
      connection
    )
    let prepared = try connection.looking(lockTimeout: options.lockTimeout) {
      let state = try LiveState.read(schema, connection)
      try state.border.requirePassable(schema)
      try UnfinishedCopy.requireNone(of: state, but: operation, connection)
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
  /// The live schema.
  public var schema: String
  /// The operation's id, for `--undo` and `--accept`.
  public var operation: String
  /// The name of the copy that is kept, or was until it was dropped.
  public var setAside: String
  /// The snapshot of the copy, where it was dropped.
  public var safetySnapshot: String?
  /// Rows that were brought.
  public var rows: Int
  /// Patches that the ledger now counts as set back.
  public var setBack: [PlannedPatch]
  /// What was left out, and why.
  public var omissions: [String]
  /// Seconds that it took.
  public var seconds: Double

  /// The journal as the catalog has it.
  var journal: Journal

  init(
    _ plan: ReplacementPlan,
    _ journal: Journal,
    unknown: [String],
    notices: [String],
    seconds: Double
  ) {
    self.journal = journal
    safetySnapshot = journal.safetySnapshot
    schema = plan.schema
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
