/// Programs that run around each task: each a list of words, of which the first is an absolute path.
public struct Hooks: Sendable, Equatable {
  /// When a hook runs.
  public enum Stage: String, Sendable, CaseIterable {
    /// Before the task; one that fails keeps it from running.
    case before
    /// After the task, however it ended: what takes back what `before` did.
    case after
    /// Last, and only where something failed.
    case failure
  }

  /// Those before a task.
  public var before: [[String]] = []
  /// Those after it.
  public var after: [[String]] = []
  /// Those after a failure.
  public var failure: [[String]] = []
  /// How long each may take.
  public var limit: Duration = .seconds(600)

  /// Makes hooks that do nothing.
  public init() {}

  /// The programs of a stage, in order.
  func commands(of stage: Stage) -> [[String]] {
    switch stage {
    case .before: before
    case .after: after
    case .failure: failure
    }
  }
}
