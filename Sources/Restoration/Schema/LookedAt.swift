internal import Postgres
internal import Problems

/// The two copies of an operation as they are now, and the plan that they make.
struct LookedAt: Sendable {
  let found: SetAside
  let live: LiveState
  let aside: LiveState
  /// What lies in the copy, where it is to be dropped.
  let contents: [Int]?
  let plan: SetAsidePlan

  init(
    _ found: SetAside,
    _ action: SetAsidePlan.Action,
    _ operation: SetAsideOperation,
    _ connection: Connection
  ) throws {
    self.found = found
    live = try LiveState.read(found.schema, connection)
    aside = try LiveState.read(found.name, connection)
    let now = operation.options.clock()
    let newName = SetAsideName.name(
      base: found.schema,
      operation: found.operation,
      copy: .new
    )
    let binding = try Self.binding(action, found, live, aside)
    let givesUp = found.state.isUnfinished
    let exchanges = action == .undo && !givesUp
    contents = action == .accept ? try SchemaContents.read(aside.schema.oid, connection) : nil
    let liveInventory = try SchemaInventory.read(live.schema, connection)
    let asideInventory = try SchemaInventory.read(aside.schema, connection)
    let before = Set(found.journal.ledger ?? [])
    plan = SetAsidePlan(
      action: action,
      operation: found.operation,
      target: live.identity,
      givesUp: givesUp,
      schema: found.schema,
      setAside: found.name,
      newSetAside: newName,
      snapshot: found.snapshot,
      age: found.age,
      inside: (exchanges ? liveInventory : asideInventory).objects,
      outside: exchanges ? live.border.objects : [],
      losses: exchanges ? liveInventory.losses(against: asideInventory.counts) : [],
      sessions: liveInventory.sessions,
      slots: try LiveState.slots(connection),
      preparedTransactions: liveInventory.preparedTransactions,
      setBack: exchanges
        ? (live.applied ?? []).filter {
          $0.key.concerns(found.schema) && !before.contains($0.version)
        } : [],
      token: try PlanToken(
        operation: found.operation,
        binding: binding,
        repository: operation.repository,
        now: now
      ).text,
      binding: binding
    )
  }

  /// The journal's line is bound too: what it says is executed, and the copy's owner can write it.
  static func binding(
    _ action: SetAsidePlan.Action,
    _ found: SetAside,
    _ live: LiveState,
    _ aside: LiveState
  ) throws -> String {
    let lines = try aside.schema.comment.journals.filter { $0.operation == found.operation }
      .map { try JournaledComment.line($0) }
    return [
      "\(action.rawValue) 1 \(found.operation) \(found.state.rawValue) \(found.name)",
      "snapshot \(found.snapshot) at \(found.journal.at)", live.binding, aside.binding,
      "journal \(try SchemaStructure.hash(lines.joined(separator: "\n")))",
    ].joined(separator: "\n")
  }

  /// Foreign keys that would not hold if the copy had its live name back, with how many rows.
  func unfittingKeys(_ connection: Connection) throws -> [String] {
    guard plan.action == .undo, !plan.givesUp else { return [] }
    let keys =
      ForeignKeyCheck.incoming(
        live.border.expecting(try SetAside.unchecked(of: plan.schema, connection)),
        to: plan.setAside
      ) + ForeignKeyCheck.outgoing(found.journal.foreignKeys, of: plan.setAside)
    let check = ForeignKeyCheck(connection: connection)
    return try keys.compactMap { key in
      guard let rows = try check.violations(of: key), rows > 0 else { return nil }
      return "\(key.name): rows of \(key.table) that refer to nothing in \(key.other):"
        + " \(rows); found by: \(key.rows)"
    }
  }

  /// Refuses what the state, the label or slots forbid.
  func requirePossible(allowsProtected: Bool) throws {
    let event: OperationState.Event = plan.action == .undo ? .undo : .accept
    guard found.state.after(event) != nil else { throw refusedByState() }
    try plan.target.requireUnprotected(unless: allowsProtected)
    // The undone copy is no longer tied to what is live, so only what is to come back needs that.
    if plan.action == .undo && !plan.givesUp {
      try requireLatest()
      try live.border.requirePassable(plan.schema)
    }
    if plan.action == .accept { try requireDroppable() }
  }

  private func refusedByState() -> Problem {
    let way = found.safetySnapshot.map {
      "; \(RestoreHistory.Dropped.wayBack($0, schema: found.schema))"
    }
    return Problem(
      .refused,
      code: "restore.wrong-state",
      "operation \(found.operation) cannot \(plan.action.rawValue): it is \(found.state.rawValue)",
      hint: found.state == .accepting
        ? "drydock restore --resume \(found.operation) finishes the drop\(way ?? "")."
        : found.state.isUnfinished
          ? "drydock restore --resume \(found.operation) goes on, --undo drops the new copy."
          : "drydock restores shows what can be done."
    )
  }

  /// The copy under the live name must be the one that this operation brought.
  private func requireLatest() throws {
    // A copy that is being built beside it takes nothing away from what is live.
    let later = live.schema.comment.journals.last { !$0.state.isUnfinished }
    guard later?.operation != found.operation else { return }
    throw Problem(
      .refused,
      code: "restore.not-latest",
      "operation \(found.operation) is not the last one on schema \(plan.schema)",
      facts: later.map { [.init("last", $0.operation)] } ?? [],
      hint: "Undo the later operation first."
    )
  }

  private func requireDroppable() throws {
    if let slot = plan.slots.first(where: { !$0.isActive }) {
      throw Problem(
        .refused,
        code: "restore.slots",
        "logical slot \(slot.name) is inactive; nothing was dropped",
        reason: "its consumer may still have to read changes of what would be dropped",
        hint: "Let the consumer catch up, or drop the slot, then accept again."
      )
    }
    guard self.found.unchecked.isEmpty else {
      throw Problem(
        .refused,
        code: "restore.unchecked-keys",
        "foreign keys are not checked since operation \(plan.operation); nothing was dropped",
        facts: self.found.unchecked.map { Problem.Fact("foreign key", $0) },
        hint: "drydock restore --resume \(plan.operation) checks them, and says what does not hold."
      )
    }
    let border = aside.border
    let found =
      border.views.map { "view \($0.schema).\($0.name)" }
      + border.incoming.map { "foreign key \($0.name) of \($0.table.label)" }
      + border.memberships.map { "publication \($0.publication)" } + border.dropObstacles
    guard found.isEmpty else {
      throw Problem(
        .refused,
        code: "restore.still-used",
        "objects outside hang on \(plan.setAside); nothing was dropped",
        facts: found.prefix(20).map { Problem.Fact("uses it", $0) },
        hint: "Drop or change them first, then accept again."
      )
    }
  }
}
