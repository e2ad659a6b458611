public import FoundationEssentials

/// The instant that a database's data show, and from where that is known.
public struct DataOrigin: Sendable, Equatable {
  /// The data's time.
  public var dataTime: Date
  /// When they were put there; nil where a person gave the time.
  public var at: Date?
  /// Which restore put them there, the same on every host; nil where a person gave the time.
  public var restore: String?
  /// From where it is known, for people: `snapshot 1f2e3d4c`.
  public var text: String

  /// Makes an origin.
  public init(dataTime: Date, at: Date? = nil, restore: String? = nil, text: String) {
    self.dataTime = dataTime
    self.at = at
    self.restore = restore
    self.text = text
  }

  /// Whether it is about the same data; servers keep microseconds, people type seconds.
  func isSame(as other: DataOrigin) -> Bool {
    abs(dataTime.timeIntervalSince(other.dataTime)) < 1
  }
}
