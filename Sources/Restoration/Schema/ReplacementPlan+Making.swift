internal import Bytes
internal import FoundationEssentials
internal import Postgres
internal import Repository
internal import Snapshot

extension ReplacementPlan {
  /// Makes the plan of a replacement from what both sides showed.
  init(
    operation: String,
    proof: SnapshotProof,
    state: LiveState,
    replacement: SchemaReplacement,
    _ connection: Connection
  ) throws {
    let (content, options) = (replacement.content, replacement.options)
    let manifest = content.manifest
    let now = options.clock()
    let work = proof.work
    let inventory = try SchemaInventory.read(state.schema, connection)
    self.operation = operation
    target = state.identity
    schema = state.schema.name
    setAside = SetAsideName.name(base: schema, operation: operation, copy: .old)
    copy = SetAsideName.name(base: schema, operation: operation, copy: .new)
    way = options.way(of: work.plan.totalBytes)
    drops = options.drop != nil
    snapshot = content.name.text
    snapshotDatabase = manifest.database.name
    isOtherDatabase =
      manifest.database.systemIdentifier != target.systemIdentifier
      || manifest.database.oid != target.oid
    age = now.timeIntervalSince(try manifest.takenTime)
    inside = inventory.objects
    outside = state.border.objects
    rows = work.tables.reduce(0) { $0 + $1.table.rows }
    bytes = work.tables.reduce(0) { $0 + $1.table.bytes }
    losses = inventory.losses(
      against: Dictionary(
        work.tables.map { (ExactText($0.table.name), $0.table.rows) },
        uniquingKeysWith: { first, _ in first }
      )
    )
    sessions = inventory.sessions
    slots = try LiveState.slots(connection)
    preparedTransactions = inventory.preparedTransactions
    setBack = try Self.setBack(state, manifest, options)
    space = PlannedSpace(
      needed: max(inventory.bytes, bytes + bytes / 2),
      free: try LiveState.freeSpace(state.identity, connection)
    )
    locks = try LockBudget.read(needed: Self.locks(state, proof), connection)
    omissions = work.selection.omissions + proof.labelOmissions + Self.unsent(state.border)
    binding = [
      "replace 1", operation, state.binding, "aside \(setAside)",
      "snapshot \(snapshot) of \(content.repository.id) \(manifest.database.systemIdentifier)"
        + " \(manifest.database.oid) without \(options.without.rawValue)",
      "way \(way.rawValue)\(drops ? " and drop" : "")",
    ].joined(separator: "\n")
    token = try PlanToken(
      operation: operation,
      binding: binding,
      repository: content.repository,
      now: now
    ).text
  }

  /// A table joins its publication after its rows came, so no subscriber gets them.
  private static func unsent(_ border: Border) -> [String] {
    Set(border.memberships.map(\.publication)).sorted().map { publication in
      "rows for subscribers of publication \(publication): let them copy the tables again"
    }
  }

  private static func setBack(
    _ state: LiveState,
    _ manifest: Manifest,
    _ options: ReplacementOptions
  ) throws -> [PlannedPatch] {
    try (state.applied ?? [])
      .filter { $0.key.concerns(state.schema.name) && !$0.isPart(of: manifest.ledger) }
      .map { patch in
        var patch = patch
        patch.schemas = try options.schemasOfPatch(patch.key.version, patch.name)?.sorted()
        return patch
      }
  }

  /// What one transaction holds at most: see `DefinitionBatches` for a copy beside.
  private static func locks(_ state: LiveState, _ proof: SnapshotProof) -> Int {
    guard let batches = proof.batches else { return locks(state, proof.work) }
    let crossing = 4 * (state.border.objects.count + batches.outgoingKeys.count)
    return max(state.schema.tables.count + crossing, DefinitionBatches.locks) + 30
  }

  /// Live tables, and for each new one its TOAST table and index; half a dozen to spare for the rest.
  private static func locks(_ state: LiveState, _ work: RestoreWork) -> Int {
    let relations = Set(
      (work.definition ?? []).filter {
        ["TABLE", "INDEX", "CONSTRAINT", "SEQUENCE", "VIEW", "MATERIALIZED VIEW", "TYPE"]
          .contains($0.kind)
      }.map(\.line)
    ).count
    return state.schema.tables.count + relations + 2 * work.tables.count
      + 4 * state.border.objects.count + 30
  }
}
