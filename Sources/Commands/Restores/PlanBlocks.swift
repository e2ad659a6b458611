internal import Bytes
internal import Reports
internal import Restoration

/// A plan of a replacement, an undo or an accept, as far as all of them list the same.
protocol GuardedPlan {
  /// What leaves the live name, or is dropped for good.
  var inside: [PlannedObject] { get }
  /// What hangs on it from outside.
  var outside: [PlannedObject] { get }
  /// Tables whose count of rows differs.
  var losses: [PlannedLoss] { get }
  /// Who is connected.
  var sessions: [PlannedSession] { get }
  /// Logical replication slots.
  var slots: [PlannedSlot] { get }
  /// Prepared transactions.
  var preparedTransactions: [String] { get }
  /// Patches that the other copy does not know.
  var setBack: [PlannedPatch] { get }
}

extension GuardedPlan {
  var outside: [PlannedObject] { [] }
}

extension ReplacementPlan: GuardedPlan {}
extension SetAsidePlan: GuardedPlan {}
extension DatabasePlan: GuardedPlan {}
extension DatabaseCopyPlan: GuardedPlan {}

/// What every plan lists, and how it ends.
struct PlanBlocks {
  let plan: any GuardedPlan

  /// The last lines of a plan: the command that runs it.
  static func confirmation(_ command: [String]) -> [Report.Block] {
    [
      .heading("To do exactly this, within an hour"),
      .preformatted(ShellWords.quoted(command)),
    ]
  }

  var blocks: [Report.Block] {
    let (slots, preparedTransactions) = (plan.slots, plan.preparedTransactions)
    var blocks: [Report.Block] = []
    func add(_ title: String, _ table: Table) {
      if !table.rows.isEmpty { blocks += [.heading(title), .table(table)] }
    }
    add("What leaves the live name", Self.objects(plan.inside))
    add("Outside the schema, made again on the new objects", Self.objects(plan.outside))
    add("Rows now (about), and in the other copy", lossTable)
    add("Patches that are set back", patchTable)
    add("Sessions", sessionTable)
    if !slots.isEmpty {
      blocks += [.heading("Replication slots"), .list(slots.map(\.name))]
    }
    if !preparedTransactions.isEmpty {
      blocks += [.heading("Prepared transactions"), .list(preparedTransactions)]
    }
    return blocks
  }

  private static func objects(_ objects: [PlannedObject]) -> Table {
    var table = Table([.text("kind"), .flexible("object"), .number("rows"), .number("size")])
    for object in objects {
      table.add(
        object.kind,
        object.name,
        object.rows.map { Quantity.count($0) } ?? "",
        object.bytes.map { Quantity.bytes($0) } ?? ""
      )
    }
    return table
  }

  private var lossTable: Table {
    var table = Table([.flexible("table"), .number("live"), .number("other copy")])
    for loss in plan.losses {
      table.add(
        loss.table,
        Quantity.count(loss.liveRows),
        loss.snapshotRows.map { Quantity.count($0) } ?? "no such table"
      )
    }
    return table
  }

  private var patchTable: Table {
    var table = Table([.text("version"), .flexible("patch")])
    for patch in plan.setBack { table.add(patch.version, patch.name) }
    return table
  }

  private var sessionTable: Table {
    var table = Table([
      .number("pid"), .text("role"), .flexible("application"), .text("state"), .text("uses it"),
    ])
    for session in plan.sessions {
      table.add(
        String(session.pid),
        session.role,
        session.application,
        session.state,
        session.usesSchema ? "yes" : "no"
      )
    }
    return table
  }
}
