/// What an undo or an accept of a whole database would do, and the token that confirms it.
public struct DatabaseCopyPlan: Sendable, Equatable {
  /// Which of both.
  public var action: SetAsidePlan.Action
  /// The operation's id.
  public var operation: String
  /// Where the operation is.
  public var state: OperationState
  /// The database.
  public var target: TargetIdentity
  /// The copy beside it now.
  public var copy: String
  /// The name under which an undo keeps the newer copy; nil where a copy is dropped.
  public var newSetAside: String?
  /// The snapshot that was restored.
  public var snapshot: String
  /// Seconds since the operation.
  public var age: Double
  /// What leaves the live name, or is dropped for good.
  public var inside: [PlannedObject] = []
  /// Tables whose count of rows differs: what was written since leaves with the newer copy.
  public var losses: [PlannedLoss] = []
  /// Who is connected to what goes.
  public var sessions: [PlannedSession] = []
  /// Logical replication slots of what goes.
  public var slots: [PlannedSlot] = []
  /// Prepared transactions of what goes.
  public var preparedTransactions: [String] = []
  /// Subscriptions of what goes.
  public var subscriptions: [PlannedSubscription] = []
  /// What follows the database elsewhere, as far as it can be seen.
  public var followers: [String] = []
  /// Patches that only the newer copy knows.
  public var setBack: [PlannedPatch] = []
  /// The token, good for one hour.
  public var token: String
  var binding: String

  /// Whether a copy is only dropped that was never live.
  public var isAbandoning: Bool { action == .undo && state.isUnfinished }

  /// Whether what a person typed on a terminal confirms the plan: the database's whole name.
  public func isConfirmed(byTyping name: String) -> Bool { name == target.database }
}
