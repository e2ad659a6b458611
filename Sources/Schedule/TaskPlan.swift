internal import Cryptography
public import Processes

/// Which tasks are run when, and what holds for all of them.
public struct TaskPlan: Sendable, Equatable {
  /// How long one attempt at a task may take.
  public enum Limit: Sendable, Equatable {
    /// No longer than this.
    case within(Duration)
    /// As long as it wants.
    case unlimited
  }

  /// One task of a plan.
  public struct Entry: Sendable, Equatable {
    /// What is run.
    public var task: ScheduledTask
    /// When it is due.
    public var rhythm: Rhythm
    /// The words after the command's name, such as `--level 3`.
    public var words: [String]
    /// How long one attempt may take; nil for as long as the plan says.
    public var limit: Limit?

    /// Makes an entry.
    public init(_ task: ScheduledTask, _ rhythm: Rhythm, words: [String] = []) {
      self.task = task
      self.rhythm = rhythm
      self.words = words
    }
  }

  /// The tasks, each once, in the order of `ScheduledTask`.
  public var entries: [Entry]
  /// By how much at most a host is later than its plan.
  public var jitter: Duration = .zero
  /// How often a task is tried again that failed for a reason that may pass.
  public var retries = 2
  /// The pause before the first of these; each one after it is twice as long.
  public var retryAfter: Duration = .seconds(300)
  /// How long one attempt may take: one that hangs is heard of, and the next ones have their turn.
  public var limit = Limit.within(.seconds(86_400))
  /// How the tasks give way to other work of the machine.
  public var priority = ProcessPriority.normal

  /// Makes a plan.
  public init(_ entries: [Entry]) {
    let order = ScheduledTask.allCases
    self.entries = order.flatMap { task in entries.filter { $0.task == task } }
  }

  /// The entry of a task; nil where the plan has none.
  public func entry(_ task: ScheduledTask) -> Entry? { entries.first { $0.task == task } }

  /// How long one attempt at a task may take; nil for as long as it wants.
  func timeLimit(of task: ScheduledTask) -> Duration? {
    guard case .within(let length) = entry(task)?.limit ?? limit else { return nil }
    return length
  }

  /// By how much this host is later than the plan: between nothing and the jitter.
  ///
  /// It comes from names, not from chance: all tasks of a plan move together, and the pause between two
  /// runs stays what the plan says. systemd calls the same `FixedRandomDelay`.
  ///
  /// - Parameters:
  ///   - host: The name of the machine.
  ///   - plan: The name of the plan.
  /// - Returns: Whole seconds.
  /// - Throws: Where the library for hashes fails.
  public func delay(host: String, plan: String) throws -> Duration {
    let seconds = UInt64(jitter / .seconds(1))
    let digest = try SHA256.hash(Array("\(host)\0\(plan)".utf8))
    let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return .seconds(Int64(number % (seconds + 1)))
  }

  /// The pause after a failed attempt, counted from 1.
  func pause(after attempt: Int) -> Duration { retryAfter * (1 << min(attempt - 1, 16)) }
}
