/// What came of a repair.
public struct TransitionResult: Sendable, Equatable {
  /// A row that stayed as it was.
  public struct Refusal: Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Why, in the server's words.
    public var message: String
  }

  /// The number of the record in `drydock.transition_runs`.
  public var run: Int
  /// Rows that were changed.
  public var done: Int
  /// Rows that were not, and why.
  public var refusals: [Refusal]

  /// Makes the result of a run that has changed nothing yet.
  public init(run: Int, done: Int = 0, refusals: [Refusal] = []) {
    self.run = run
    self.done = done
    self.refusals = refusals
  }
}
