public import Problems

/// What became of a run, for whoever started it.
public struct TaskOutcome: Sendable {
  /// What is remembered of it.
  public var record: TaskRecord
  /// What went wrong with the task itself; nil where it did what it should.
  public var problem: Problem?
  /// What a person must hear in any case: warnings of the task, as it wrote them.
  public var warnings: String
  /// What surrounds the task and went wrong, a sentence each: hooks after it, pings, the record.
  public var troubles: [String]
  /// Whether a hook after the task failed, so that not everything was done that belongs to it.
  public var hasOmissions: Bool
}
