internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Problems
internal import Repository

/// The live database and its copy as they are now.
struct DatabasePair: Sendable {
  let found: DatabaseCopy
  let live: DatabaseState
  /// Nil where the copy was never live, and is not looked at.
  let copy: DatabaseState?
  /// What binds those that are to give a name up.
  let liveHindrances: DatabaseHindrances
  let copyHindrances: DatabaseHindrances?
  /// The operation that the live one's comment names last.
  let latest: String?
  /// What was written into the copy until now; nil where it is not dropped.
  let writes: DatabaseWrites?

  /// The plan of an undo or an accept.
  func plan(_ action: SetAsidePlan.Action, _ repository: Repository, now: Date) throws
    -> DatabaseCopyPlan
  {
    let isUndo = action == .undo
    let binding = binding(action)
    let (goes, bound) = isUndo ? (live, liveHindrances) : (copy, copyHindrances)
    var plan = DatabaseCopyPlan(
      action: action,
      operation: found.operation,
      state: found.state,
      target: live.identity,
      copy: found.name,
      snapshot: found.snapshot,
      age: found.age,
      token: try PlanToken(
        operation: found.operation,
        binding: binding,
        repository: repository,
        now: now
      ).text,
      binding: binding
    )
    guard !plan.isAbandoning else { return plan }
    plan.inside = goes?.inventory.objects ?? []
    plan.sessions = goes?.inventory.sessions ?? []
    plan.followers = goes?.inventory.followers ?? []
    plan.slots = bound?.slots ?? []
    plan.preparedTransactions = bound?.preparedTransactions ?? []
    plan.subscriptions = bound?.subscriptions ?? []
    guard isUndo, let copy else { return plan }
    plan.newSetAside = SetAsideName.name(
      base: found.database,
      operation: found.operation,
      copy: .new
    )
    let rows = copy.inventory.tables.map { (ExactText($0.label), $0.rows) }
    plan.losses = DatabasePlan.losses(
      live.inventory.tables,
      Dictionary(rows, uniquingKeysWith: { first, _ in first })
    )
    let before = Set((copy.applied ?? []).map(\.version))
    plan.setBack = (live.applied ?? []).filter { !before.contains($0.version) }
    return plan
  }

  private func binding(_ action: SetAsidePlan.Action) -> String {
    [
      "\(action.rawValue) database 1 \(found.operation) \(found.state.rawValue) \(found.name)",
      "copy \(found.oid ?? 0) snapshot \(found.snapshot) at \(found.journal?.at ?? "-")",
      live.binding, copy?.essence ?? "-",
    ].joined(separator: "\n")
  }

  /// Refuses what the state, the label, the role's rights or slots forbid.
  func requirePossible(_ action: SetAsidePlan.Action, _ options: DatabaseReplacementOptions) throws
  {
    let event: OperationState.Event = action == .undo ? .undo : .accept
    guard let next = found.state.after(event) else { throw refusedByState(action) }
    if next == .abandoned { return }
    try DatabasePlan.requireAllowed(live, options)
    if action == .undo {
      try requireLatest()
      try liveHindrances.requireNone(of: found.database)
      return
    }
    try copyHindrances?.requireDroppable(found.name, "accept again")
    // Our own of a moment ago may still be there: the server notices their end a little later.
    let sessions = (writes?.visitors ?? []).filter {
      !["drydock", "pg_dump"].contains($0.application)
    }
    guard !sessions.isEmpty else { return }
    throw Problem(
      .refused,
      code: "restore.sessions",
      "sessions are in the copy \(found.name); nothing was dropped",
      reason: "what they write now would be in no snapshot",
      facts: sessions.prefix(20).map {
        Problem.Fact("session", "\($0.pid) of \($0.role), \($0.application)")
      },
      hint: "End them, then accept again."
    )
  }

  private func refusedByState(_ action: SetAsidePlan.Action) -> Problem {
    let way = found.safetySnapshot.map {
      "; \(RestoreHistory.Dropped.wayBack($0, schema: nil))"
    }
    return Problem(
      .refused,
      code: "restore.wrong-state",
      "operation \(found.operation) cannot \(action.rawValue): it is \(found.state.rawValue)",
      hint: found.state == .accepting
        ? "drydock restore --resume \(found.operation) finishes the drop\(way ?? "")."
        : found.state.isUnfinished
          ? "--resume goes on with it, --undo drops what was built."
          : "drydock restores shows what can be done."
    )
  }

  /// The copy under the live name must be the one that this operation brought.
  private func requireLatest() throws {
    guard latest != found.operation else { return }
    throw Problem(
      .refused,
      code: "restore.not-latest",
      "operation \(found.operation) is not the last one on database \(found.database)",
      facts: latest.map { [.init("last", $0)] } ?? [],
      hint: "Undo the later operation first."
    )
  }
}
