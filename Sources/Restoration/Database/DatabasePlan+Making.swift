internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Repository
internal import Snapshot

extension DatabasePlan {
  /// Makes the plan from what both sides showed.
  init(
    operation: String,
    state: DatabaseState,
    content: SnapshotContent,
    options: DatabaseReplacementOptions,
    _ connection: Connection
  ) throws {
    let manifest = content.manifest
    let now = options.clock()
    let database = state.identity.database
    let hindrances = try DatabaseHindrances.read(state.identity.oid, connection)
    self.operation = operation
    target = state.identity
    setAside = SetAsideName.name(base: database, operation: operation, copy: .old)
    copy = SetAsideName.name(base: database, operation: operation, copy: .new)
    maintenance = options.maintenance
    snapshot = content.name.text
    snapshotDatabase = manifest.database.name
    isOtherDatabase =
      manifest.database.systemIdentifier != target.systemIdentifier
      || manifest.database.oid != target.oid
    age = now.timeIntervalSince(try manifest.takenTime)
    inside = state.inventory.objects
    rows = manifest.tables.reduce(0) { $0 + $1.rows }
    bytes = manifest.tables.reduce(0) { $0 + $1.bytes }
    losses = Self.losses(
      state.inventory.tables,
      Dictionary(
        manifest.tables.map { (ExactText($0.label), $0.rows) },
        uniquingKeysWith: { first, _ in first }
      )
    )
    sessions = state.inventory.sessions
    slots = hindrances.slots
    preparedTransactions = hindrances.preparedTransactions
    subscriptions = hindrances.subscriptions
    followers = state.inventory.followers
    setBack = Self.setBack(state, to: manifest)
    space = PlannedSpace(
      needed: max(state.inventory.bytes, bytes + bytes / 2),
      free: try LiveState.freeSpace(state.identity, connection)
    )
    binding = [
      "replace database 1", operation, state.binding, "aside \(setAside) from \(maintenance)",
      "snapshot \(snapshot) of \(content.repository.id) \(manifest.database.systemIdentifier)"
        + " \(manifest.database.oid) without \(options.without.rawValue)",
    ].joined(separator: "\n")
    token = try PlanToken(
      operation: operation,
      binding: binding,
      repository: content.repository,
      now: now
    ).text
  }

  /// Patches that the snapshot's ledger does not know.
  static func setBack(_ live: DatabaseState, to manifest: Manifest) -> [PlannedPatch] {
    (live.applied ?? []).filter { !$0.isPart(of: manifest.ledger) }
  }

  /// Tables whose count differs from the other copy's.
  static func losses(
    _ live: [DatabaseInventory.Table],
    _ other: [ExactText: Int]
  ) -> [PlannedLoss] {
    PlannedLoss.differing(
      live.map { table in
        PlannedLoss(
          table: table.label,
          liveRows: table.rows,
          snapshotRows: other[ExactText(table.label)]
        )
      }
    )
  }
}
