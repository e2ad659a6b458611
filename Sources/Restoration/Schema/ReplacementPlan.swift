internal import FoundationEssentials
internal import Problems

/// Everything that a person should know before a live schema is replaced, and the token that
/// confirms it.
public struct ReplacementPlan: Sendable, Equatable {
  /// The operation's id.
  public var operation: String
  /// The database.
  public var target: TargetIdentity
  /// The schema.
  public var schema: String
  /// How it is replaced.
  public var way: ReplacementWay
  /// The name of the new copy while it is built beside the live one.
  public var copy: String
  /// The name under which the live copy is kept.
  public var setAside: String
  /// Whether the live copy is dropped once it is safe in a snapshot.
  public var drops: Bool
  /// The snapshot's name.
  public var snapshot: String
  /// The database that the snapshot is of.
  public var snapshotDatabase: String
  /// Whether the snapshot is of another database than the target.
  public var isOtherDatabase: Bool
  /// Seconds since the instant that the snapshot shows.
  public var age: Double
  /// What goes, inside the schema.
  public var inside: [PlannedObject]
  /// What is made again, outside the schema.
  public var outside: [PlannedObject]
  /// Tables whose count of rows differs.
  public var losses: [PlannedLoss]
  /// Who is connected.
  public var sessions: [PlannedSession]
  /// Logical replication slots of the database.
  public var slots: [PlannedSlot]
  /// Prepared transactions of the database.
  public var preparedTransactions: [String]
  /// Patches that were applied since the snapshot and would be set back.
  public var setBack: [PlannedPatch]
  /// Room on disk.
  public var space: PlannedSpace
  /// Room in the server's lock table.
  public var locks: LockBudget
  /// Rows that the snapshot brings.
  public var rows: Int
  /// Bytes of text that the snapshot brings.
  public var bytes: Int
  /// What a schema's restore cannot bring.
  public var omissions: [String]
  /// The token, good for one hour.
  public var token: String
  /// Which plan a token stands for: structure and identities, not counts of rows.
  var binding: String

  /// Whether what a person typed on a terminal confirms the plan: the database's whole name.
  public func isConfirmed(byTyping name: String) -> Bool { name == target.database }
}

extension ReplacementPlan {
  private func requireNoWaitingSlot() throws {
    guard let slot = slots.first(where: { !$0.isActive }) else { return }
    throw Problem(
      .refused,
      code: "restore.slots",
      "logical slot \(slot.name) is inactive; nothing was changed",
      reason: "its consumer may still have to read changes of what would be dropped",
      hint: "Let the consumer catch up, or drop the slot, or replace without --drop."
    )
  }

  /// Refuses what a plan shows to be impossible; called before the token is worth anything.
  func requirePossible(_ options: ReplacementOptions) throws {
    try target.requireUnprotected(unless: options.allowsProtected)
    if drops { try requireNoWaitingSlot() }
    try locks.requireEnough(schema)
    if let free = space.free, free < space.needed {
      throw Problem(
        .refused,
        code: "restore.no-space",
        "the disk has no room for a second copy of \(schema)",
        reason: "\(space.needed) bytes are needed and \(free) are free",
        hint: "Free space on the server, or drop copies that were set aside (drydock restores)."
      )
    }
    for patch in setBack {
      guard let others = patch.schemas?.filter({ $0 != schema }), !others.isEmpty else { continue }
      throw Problem(
        .refused,
        code: "restore.patch-elsewhere",
        "patch \(patch.version) \(patch.name) would be set back, but it touched other schemas too",
        facts: others.map { Problem.Fact("schema", $0) },
        hint: "Undo that patch first, or restore the whole database."
      )
    }
  }
}
