public import Postgres
internal import Problems
public import Repository

/// What can be done with a copy that a replacing restore set aside: undo, accept, resume.
///
/// Undo takes away what was written since; accept is the real drop. Both are guarded like the
/// replacement itself: a plan, a token of one hour, the operation's id.
public struct SetAsideOperation: Sendable {
  let operation: String?
  let settings: ConnectionSettings
  let repository: Repository
  let options: ReplacementOptions

  /// Prepares; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - operation: The id or a unique prefix of it; nil for the only one that there is.
  ///   - settings: The database.
  ///   - repository: Keeps the history, and the key of tokens.
  ///   - options: Limits, and how a copy that is not live yet is built again.
  public init(
    _ operation: String?,
    in settings: ConnectionSettings,
    repository: Repository,
    options: ReplacementOptions = ReplacementOptions()
  ) {
    self.operation = operation
    self.settings = settings
    self.repository = repository
    self.options = options
  }

  /// What an undo would do; changes nothing.
  public func undoPlan() async throws -> SetAsidePlan {
    try await withConnection { connection in
      let looked = try look(.undo, connection)
      var plan = looked.plan
      plan.unfitting = try connection.looking(lockTimeout: options.lockTimeout) {
        try looked.unfittingKeys(connection)
      }
      return plan
    }
  }

  /// Brings the old copy back, and keeps the newer one aside; one that was never live is dropped.
  public func undo(token: String) async throws -> SetAsideResult {
    try await withConnection { connection in
      let looked = try look(.undo, connection)
      try check(token, looked.plan)
      if looked.found.state.isUnfinished { return try abandon(looked.found, connection) }
      let undo = SchemaUndo(connection: connection, lockTimeout: options.lockTimeout)
      do {
        let journal = try undo.run(looked, newName: looked.plan.newSetAside)
        return SetAsideResult(journal, notices: history.remember(journal))
          .adding(validate(journal, connection))
      } catch let error as PostgresError {
        throw Problem.ofRollback(error, "restore \(looked.found.operation) was not undone")
      } catch let problem as Problem {
        throw problem.afterRollback
      }
    }
  }

  /// What an accept would drop; changes nothing.
  public func acceptPlan() async throws -> SetAsidePlan {
    try await withConnection { try look(.accept, $0).plan }
  }

  /// Drops the copy that is set aside, once it is safe in a proven snapshot.
  ///
  /// - Parameters:
  ///   - token: Of the plan.
  ///   - safety: Takes a snapshot of one schema and proves it at level 2 at least.
  /// - Returns: The state `accepted`.
  /// - Throws: A `Problem` of kind `refused` before anything was dropped; after that `partial`, and
  ///   ``resume()`` goes on.
  public func accept(token: String, safety: SafetySnapshot) async throws -> SetAsideResult {
    let confirmed = try await withConnection { connection in
      let looked = try look(.accept, connection)
      try check(token, looked.plan)
      return looked.plan
    }
    let proof = try await safety.take(confirmed.setAside)
    try proof.require(of: confirmed.setAside)
    return try await withConnection { connection in
      // Once more: the snapshot took its time, and what was confirmed must still be so.
      let looked = try look(.accept, connection)
      guard looked.plan.binding == confirmed.binding else { throw Problem.changedMeanwhile() }
      let drop = SetAsideDrop(connection: connection, lockTimeout: options.lockTimeout)
      let journal = try beginning(looked.found) {
        try drop.begin(looked, safety: proof.snapshot)
      }
      return try finish(journal, drop)
    }
  }

  /// Goes on where a killed operation stopped, or says that there is nothing to go on with.
  ///
  /// Foreign keys across the border that an exchange left unchecked are checked.
  /// A copy that is being built is begun again and one that is proven becomes live, if the live
  /// schema still is what the plan saw; a drop is finished.
  public func resume() async throws -> SetAsideResult {
    let found = try await find()
    switch found.state {
    case .building, .proven: return try await goOn(found)
    case .accepting:
      return try await withConnection { connection in
        let drop = SetAsideDrop(connection: connection, lockTimeout: options.lockTimeout)
        let notices = validate(found.journal, connection)
        return try finish(found.journal, drop).adding(notices)
      }
    default:
      let result = SetAsideResult(found.journal, notices: history.remember(found.journal))
      return try await withConnection { result.adding(validate(found.journal, $0)) }
    }
  }

  /// The copy that is meant, as the catalog has it now.
  ///
  /// Throws a `Problem` of kind `usage` where there is none, or more than one.
  public func find() async throws -> SetAside {
    try await withConnection { try find($0) }
  }

  /// All copies that are set aside in a database.
  public static func list(in settings: ConnectionSettings) async throws -> [SetAside] {
    let session = try await Session.opening(settings)
    return try await session.run { connection in
      do {
        return try SetAside.list(connection)
      } catch let error as PostgresError {
        throw error.problem("cannot list what is set aside")
      }
    }
  }
}

extension SetAsideOperation {
  func look(_ action: SetAsidePlan.Action, _ connection: Connection) throws -> LookedAt {
    try connection.looking(lockTimeout: options.lockTimeout) {
      let found = try find(connection)
      let looked = try LookedAt(found, action, self, connection)
      try looked.requirePossible(allowsProtected: options.allowsProtected)
      return looked
    }
  }

  private func find(_ connection: Connection) throws -> SetAside {
    do {
      return try SetAside.find(operation, connection)
    } catch let problem as Problem where problem.code == "restore.no-operation" {
      throw history.explaining(problem, operation)
    }
  }

  func check(_ token: String, _ plan: SetAsidePlan) throws {
    try PlanToken(token).check(against: plan.binding, repository: repository, now: options.clock())
  }

  private var history: RestoreHistory { RestoreHistory(repository: repository) }

  private func validate(_ journal: Journal, _ connection: Connection) -> [String] {
    ForeignKeyValidation(connection: connection, lockTimeout: options.lockTimeout).finish(journal)
  }

  private func beginning<Value>(_ found: SetAside, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as PostgresError {
      throw Problem.ofRollback(error, "the copy \(found.name) was not dropped")
    }
  }

  private func finish(_ journal: Journal, _ drop: SetAsideDrop) throws -> SetAsideResult {
    do {
      try drop.finish(journal)
    } catch {
      throw SetAsideDrop.stopped(error, journal, live: "schema \(journal.schema) is live")
    }
    var result = SetAsideResult(journal, notices: history.remember(journal, as: .accepted))
    result.state = .accepted
    return result
  }

  private func withConnection<Value: Sendable>(
    _ body: @Sendable (Connection) throws -> Value
  ) async throws -> Value {
    try await Session.lending(in: settings) { session in
      try await session.run { connection in
        try connection.freeFromTimeLimits()
        return try body(connection)
      }
    }
  }
}
