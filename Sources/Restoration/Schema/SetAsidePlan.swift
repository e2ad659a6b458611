/// What an undo or an accept would do, and the token that confirms it.
public struct SetAsidePlan: Sendable, Equatable {
  /// Which of both.
  public enum Action: String, Sendable {
    /// The copy that is set aside gets the live name back.
    case undo
    /// The copy that is set aside is dropped.
    case accept
  }

  /// Which of both.
  public var action: Action
  /// The operation's id.
  public var operation: String
  /// The database.
  public var target: TargetIdentity
  /// Whether an undo drops a copy that was never live, instead of exchanging names.
  public var givesUp: Bool
  /// The live schema.
  public var schema: String
  /// The copy that is set aside now.
  public var setAside: String
  /// The name under which an undo keeps the newer copy.
  public var newSetAside: String
  /// The snapshot that had been restored.
  public var snapshot: String
  /// Seconds since then.
  public var age: Double
  /// What leaves the live name, or is dropped for good.
  public var inside: [PlannedObject]
  /// What is made again, outside the schema.
  public var outside: [PlannedObject]
  /// Tables whose count of rows differs: what was written since leaves with the newer copy.
  public var losses: [PlannedLoss]
  /// Who is connected.
  public var sessions: [PlannedSession]
  /// Logical replication slots of the database.
  public var slots: [PlannedSlot]
  /// Prepared transactions of the database.
  public var preparedTransactions: [String]
  /// Patches that an undo sets back.
  public var setBack: [PlannedPatch]
  /// Foreign keys whose rows an undo would find to refer to nothing: they come back, unchecked.
  public var unfitting: [String] = []
  /// The token, good for one hour.
  public var token: String
  var binding: String

  /// Whether what a person typed on a terminal confirms the plan: the database's whole name.
  public func isConfirmed(byTyping name: String) -> Bool { name == target.database }
}
