/// What a replacement of a whole database, an undo, an accept or a resume came to.
///
/// State `proven` is that of a copy which lacks something, and waits for a person's word.
public struct DatabaseResult: Sendable, Equatable {
  /// The operation's id.
  public var operation: String
  /// Where it is now.
  public var state: OperationState
  /// The live database.
  public var database: String
  /// The copy that is kept beside it; nil where none is.
  public var setAside: String?
  /// The snapshot that was restored; empty where nothing was begun.
  public var snapshot: String
  /// Rows that were brought; nil where none were.
  public var rows: Int?
  /// Patches that the ledger does not know any more; `migrate` applies them again.
  public var setBack: [PlannedPatch] = []
  /// Seconds from the first rename to the commit; nil where no names were exchanged.
  public var swapSeconds: Double?
  /// Seconds that all of it took.
  public var seconds: Double
  /// The snapshot of the dropped copy.
  public var safetySnapshot: String?
  /// What was left out, and why.
  public var omissions: [String] = []
  /// What a person should know beside.
  public var notices: [String]

  /// Whether this run has brought the new copy under the live name.
  public var hasSwapped: Bool { state == .swapped && swapSeconds != nil }

  init(
    _ journal: DatabaseJournal,
    state: OperationState? = nil,
    setAside: String?,
    seconds: Double,
    notices: [String]
  ) {
    operation = journal.operation
    self.state = state ?? journal.state
    database = journal.database
    self.setAside = setAside
    snapshot = journal.snapshot
    let isBrought = self.state.isUnfinished || self.state == .swapped
    omissions = isBrought ? journal.omissions ?? [] : []
    safetySnapshot = journal.safetySnapshot
    self.seconds = seconds
    self.notices = notices
  }

  /// Of a copy that was created and no more, and is dropped again.
  init(dropped copy: DatabaseCopy, seconds: Double, notices: [String]) {
    operation = copy.operation
    state = .abandoned
    database = copy.database
    snapshot = copy.snapshot
    self.seconds = seconds
    self.notices = notices
  }
}
