internal import FoundationEssentials
internal import Problems

/// Everything that a person should know before a whole database is replaced, and the token that
/// confirms it.
public struct DatabasePlan: Sendable, Equatable {
  /// The operation's id.
  public var operation: String
  /// The database.
  public var target: TargetIdentity
  /// The name under which the live database is kept.
  public var setAside: String
  /// The name of the new copy until it is proven.
  public var copy: String
  /// The database from which the others are renamed.
  public var maintenance: String
  /// The snapshot's name.
  public var snapshot: String
  /// The database that the snapshot is of.
  public var snapshotDatabase: String
  /// Whether the snapshot is of another database than the target.
  public var isOtherDatabase: Bool
  /// Seconds since the instant that the snapshot shows.
  public var age: Double
  /// The schemas that go, with sizes and rows.
  public var inside: [PlannedObject]
  /// Tables whose count of rows differs.
  public var losses: [PlannedLoss]
  /// Who is connected, and would be ended.
  public var sessions: [PlannedSession]
  /// Logical replication slots of the database.
  public var slots: [PlannedSlot]
  /// Prepared transactions of the database.
  public var preparedTransactions: [String]
  /// Subscriptions of the database.
  public var subscriptions: [PlannedSubscription]
  /// What follows the database elsewhere, as far as it can be seen.
  public var followers: [String]
  /// Patches that were applied since the snapshot and would be unknown again.
  public var setBack: [PlannedPatch]
  /// Room on disk.
  public var space: PlannedSpace
  /// Rows that the snapshot brings.
  public var rows: Int
  /// Bytes of text that the snapshot brings.
  public var bytes: Int
  /// The token, good for one hour.
  public var token: String
  /// Which plan a token stands for: structure and identities, not counts of rows.
  var binding: String

  /// Whether what a person typed on a terminal confirms the plan: the database's whole name.
  public func isConfirmed(byTyping name: String) -> Bool { name == target.database }
}

extension DatabasePlan {
  /// Refuses what a plan shows to be impossible.
  func requirePossible(_ state: DatabaseState, _ options: DatabaseReplacementOptions) throws {
    try Self.requireAllowed(state, options)
    try DatabaseHindrances(
      preparedTransactions: preparedTransactions,
      slots: slots,
      subscriptions: subscriptions
    ).requireNone(of: target.database)
    guard let free = space.free, free < space.needed else { return }
    throw Problem(
      .refused,
      code: "restore.no-space",
      "the disk has no room for a second copy of database \(target.database)",
      reason: "\(space.needed) bytes are needed and \(free) are free",
      hint: "Free space on the server, or drop copies that were set aside (drydock restores)."
    )
  }

  /// Refuses where the label or the role's rights forbid an exchange.
  static func requireAllowed(_ state: DatabaseState, _ options: DatabaseReplacementOptions) throws {
    let (target, owner) = (state.identity, state.owner)
    try target.requireUnprotected(unless: options.allowsProtected)
    guard !state.isAllowed else { return }
    throw Problem(
      .refused,
      code: "restore.not-owner",
      "role \(target.role) may not rename database \(target.database); nothing was changed",
      reason: "that needs the rights of its owner, \(owner), and CREATEDB",
      hint: "Connect as a role that has both, or replace schema by schema (--schema NAME)."
    )
  }

  /// Refuses a snapshot of which a database cannot be made.
  static func requireWhole(_ isPartial: Bool, _ snapshot: String) throws {
    guard isPartial else { return }
    throw Problem(
      .refused,
      code: "restore.snapshot-not-whole",
      "snapshot \(snapshot) does not hold a whole database; nothing was changed",
      reason: "it was taken of chosen tables or schemas only",
      hint: "Choose another one (drydock snapshots), or replace one schema: --schema NAME."
    )
  }
}
