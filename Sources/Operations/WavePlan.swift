/// What a run of waves finds before it starts anything.
public struct WavePlan: Sendable, Equatable {
  /// A requirement, and whether it holds.
  public struct Check: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// Whether it holds; nil where it does not count at this downtime.
    public var isMet: Bool?
    /// What to do where it does not.
    public var hint: String?
  }

  /// A wave, and how far it has come.
  public struct Wave: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// What starts it.
    public var start: RunbookStep
    /// How far it has come.
    public var state: WaveState
  }

  /// The database.
  public var database: String
  /// The data's time, and from where it is known.
  public var origin: DataOrigin
  /// Seconds from the data time to the beginning of the run.
  public var downtime: Double
  /// Whether all waves start together.
  public var isTogether: Bool
  /// Whether a run is under way already.
  public var isUnderWay: Bool
  /// Whether the run has ended.
  public var isFinished: Bool
  /// The requirements; none once a wave has started.
  public var checks: [Check]
  /// The waves and what follows them.
  public var waves: [Wave]

  /// Whether every requirement that counts holds.
  public var isReady: Bool { checks.allSatisfy { $0.isMet != false } }
}
