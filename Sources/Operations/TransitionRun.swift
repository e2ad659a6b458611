internal import Bytes
internal import Cryptography
internal import FoundationEssentials
public import Postgres
internal import Problems

/// Repairs states or contents in bulk, along the paths that configuration allows and that the database
/// authorises row by row.
///
/// A batch is a transaction, a row a savepoint: a row goes all the way or stays as it was. What became
/// of it is recorded in the same transaction. What was interrupted is repeated with a new plan, whose
/// selection no longer finds the rows that are done.
public struct TransitionRun: Sendable {
  let transition: Transition
  let request: TransitionRequest
  let settings: ConnectionSettings
  let progress: @Sendable (Int) -> Void

  /// Prepares a repair; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - transition: What configuration allows.
  ///   - request: What to do, to which rows.
  ///   - settings: The database.
  ///   - progress: Told how many rows were looked at, after each batch.
  public init(
    _ transition: Transition,
    _ request: TransitionRequest,
    in settings: ConnectionSettings,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.transition = transition
    self.request = request
    self.settings = settings
    self.progress = progress
  }

  /// What would be done; changes nothing.
  public func plan() async throws -> TransitionPlan {
    try requireAllowed()
    let session = try await Session.opening(settings)
    let found = try await session.doing("cannot select the rows") { connection in
      try connection.transaction("READ ONLY") { try plan(connection) }
    }
    await session.close()
    return found
  }

  /// Does what the plan with this token shows, and nothing else.
  ///
  /// Throws a `Problem` of kind `refused` where other rows are selected by now.
  public func run(token: String) async throws -> TransitionResult {
    let plan = try await self.plan()
    guard token == plan.token else { throw Self.otherPlan(plan) }
    let session = try await Session.opening(settings)
    let number = try await session.doing("the repair cannot be recorded") { try begin(plan, $0) }
    var result = TransitionResult(run: number)
    var place = 0
    while place < plan.ids.count {
      if place > 0 { try await rest(after: result) }
      let ids = Array(plan.ids[place...].prefix(transition.batch))
      let outcome = try await batch(ids, number, session, after: result)
      result.done += outcome.done
      result.refusals += outcome.refusals
      place += ids.count
      progress(place)
    }
    try await session.doing("the end of the repair cannot be recorded") { connection in
      _ = try connection.query(
        """
        UPDATE drydock.transition_runs SET finished = pg_catalog.clock_timestamp() WHERE run = $1
        """,
        [Parameter(number)]
      )
    }
    await session.close()
    return result
  }

  private func plan(_ connection: Connection) throws -> TransitionPlan {
    let identity = try DatabaseIdentity.read(connection)
    let table = try TransitionTable(transition, connection)
    _ = try change(table)
    let selection = TransitionSelection(transition: transition, request: request, table: table)
    let ids = try selection.ids(connection)
    // What is done to a row is as much of the plan as the rows: the configuration may be edited.
    let way: [String?] = [table.name, transition.state, transition.content, transition.apply]
    let lines: [String] =
      [identity.recordName, transition.name, request.change.text] + way.map { $0 ?? "" } + ids
    let bytes = Array(lines.joined(separator: "\n").utf8)
    let hash = Hex.text(try SHA256.hash(bytes.span).prefix(6))
    return TransitionPlan(
      database: identity.name,
      change: request.change.text,
      ids: ids,
      batch: transition.batch,
      pause: transition.pause,
      token: "\(ids.count)-\(hash)"
    )
  }

  private func begin(_ plan: TransitionPlan, _ connection: Connection) throws -> Int {
    try OperationTables.transitions.make(connection)
    return try connection.query(
      """
      INSERT INTO drydock.transition_runs (name, change, selection, selected)
      VALUES ($1, $2, $3, $4) RETURNING run
      """,
      [
        .text(transition.name), .text(plan.change), .text(request.selectionText),
        Parameter(plan.ids.count),
      ]
    ).int ?? 0
  }

  private func batch(
    _ ids: [String],
    _ number: Int,
    _ session: Session,
    after result: TransitionResult
  ) async throws -> TransitionResult {
    do {
      return try await session.doing("the batch was rolled back") { connection in
        let table = try TransitionTable(transition, connection)
        let change = try change(table)
        return try connection.transaction {
          try connection.execute("SET LOCAL lock_timeout = '5s'")
          let rows = TransitionRows(
            connection: connection,
            table: table,
            run: number,
            change: change
          )
          return try rows.apply(to: ids)
        }
      }
    } catch let problem as Problem {
      throw Self.stopped(problem, result)
    }
  }

  private func rest(after result: TransitionResult) async throws {
    do {
      try await Task.sleep(for: transition.pause)
    } catch {
      let stop = Problem(.interrupted, code: "interrupted", "the repair was interrupted")
      throw Self.stopped(stop, result)
    }
  }

  /// The change with the states as the column has them.
  private func change(_ table: TransitionTable) throws -> TransitionRows.Change {
    switch request.change {
    case .path(let names):
      let states = try names.map { try table.value(ofState: $0, in: transition) }
      return .path(states, apply: transition.apply ?? "")
    case .patch(let text):
      let state = try request.startState.map { try table.value(ofState: $0, in: transition) }
      return .patch(try MergePatch(text), in: state)
    }
  }
}

extension TransitionRun {
  /// Refuses what the configuration does not allow, before anything is opened.
  private func requireAllowed() throws {
    switch request.change {
    case .path(let path):
      guard transition.apply == nil || !transition.paths.contains(path) else { return }
      let known = transition.paths.map { $0.joined(separator: ",") }
      throw Problem(
        .refused,
        code: "transition.path",
        "the path \(path.joined(separator: ",")) is not one that '\(transition.name)' allows",
        facts: known.map { .init("allowed", $0) },
        hint: "Whoever may decide it adds the path to the configuration."
      )
    case .patch:
      guard transition.content == nil else { return }
      throw Problem(
        .usage,
        code: "transition.no-content",
        "the transition '\(transition.name)' has no column with JSON content",
        hint: "Name it in the configuration: content: COLUMN."
      )
    }
  }

  private static func otherPlan(_ plan: TransitionPlan) -> Problem {
    Problem(
      .refused,
      code: "transition.other-plan",
      "the token does not belong to this plan; nothing was changed",
      reason: "the rows, or what would be done to them, are not what the plan showed",
      facts: [.init("selected now", "\(plan.ids.count)")],
      hint: "Run the command without --confirm, read the new plan, and confirm that one."
    )
  }

  /// What ended a repair in its middle; the batches before it stay.
  private static func stopped(_ problem: Problem, _ result: TransitionResult) -> Problem {
    var copy = problem
    let hasChanged = result.done > 0
    if hasChanged, problem.kind != .interrupted { copy.kind = .partial }
    copy.facts.append(.init("changed", "\(result.done) rows, in batches that are committed"))
    copy.hint =
      "Plan again: the rows that are done are no longer selected."
      + (problem.hint.map { " \($0)" } ?? "")
    return copy
  }
}
