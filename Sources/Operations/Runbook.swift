/// What must happen around a restore or a stop, as trusted configuration says.
public struct Runbook: Sendable, Equatable {
  /// A part of the work that starts together.
  public struct Wave: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// What starts it.
    public var start: RunbookStep
    /// A query that returns true once the wave has caught up; nil to wait for nothing.
    public var until: String?
    /// How often the query is asked.
    public var poll: Duration
    /// How long one call waits for it.
    public var limit: Duration

    /// Makes a wave that is asked every 30 s, for a day.
    public init(
      name: String,
      start: RunbookStep,
      until: String? = nil,
      poll: Duration = .seconds(30),
      limit: Duration = .seconds(86_400)
    ) {
      self.name = name
      self.start = start
      self.until = until
      self.poll = poll
      self.limit = limit
    }
  }

  /// What must be true before the first wave.
  public struct Requirement: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// A query that returns true where it holds.
    public var query: String
    /// It counts only where the downtime is longer; nil for always.
    public var above: Duration?
    /// What to do where it does not hold.
    public var hint: String?

    /// Makes a requirement.
    public init(name: String, query: String, above: Duration? = nil, hint: String? = nil) {
      self.name = name
      self.query = query
      self.above = above
      self.hint = hint
    }
  }

  /// Up to this downtime all waves start together.
  public var shortDowntime: Duration = .seconds(86_400)
  /// What must be true before the first wave.
  public var requirements: [Requirement] = []
  /// What stops the work, before a restore or a stop.
  public var before: [RunbookStep] = []
  /// What starts the work again, in order.
  public var waves: [Wave] = []
  /// What follows the last wave.
  public var after: [RunbookStep] = []

  /// A runbook in which nothing stands.
  public init() {}

  /// The waves and what follows them, which is a wave that nobody waits for.
  var steps: [Wave] { waves + after.map { Wave(name: $0.text, start: $0) } }
}
