/// What an undo, an accept or a resume came to.
public struct SetAsideResult: Sendable, Equatable {
  /// The operation's id.
  public var operation: String
  /// Where it is now.
  public var state: OperationState
  /// The live schema.
  public var schema: String
  /// The copy that is set aside, or was until it was dropped.
  public var setAside: String
  /// The snapshot that was restored.
  public var snapshot: String
  /// The snapshot of the dropped copy.
  public var safetySnapshot: String?
  /// What a person should know beside.
  public var notices: [String]

  init(_ journal: Journal, notices: [String]) {
    operation = journal.operation
    state = journal.state
    schema = journal.schema
    setAside = journal.setAside
    snapshot = journal.snapshot
    safetySnapshot = journal.safetySnapshot
    self.notices = notices
  }

  /// The same with more of these.
  func adding(_ notices: [String]) -> SetAsideResult {
    var copy = self
    copy.notices += notices
    return copy
  }
}
