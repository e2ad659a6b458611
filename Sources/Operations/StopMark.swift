public import FoundationEssentials

/// The last word of a stop: the database was closed, and this snapshot has all that was in it.
public struct StopMark: Codable, Sendable, Equatable {
  /// The snapshot's name.
  public var snapshot: String
  /// The data's time, in seconds since 1970.
  public var dataTime: Double
  /// The snapshot's place in the server's write-ahead log; nil where an earlier version wrote it.
  ///
  /// No copy of the server from before the stop has come so far.
  public var position: String?

  /// Makes a mark.
  public init(snapshot: String, dataTime: Date, position: String? = nil) {
    self.snapshot = snapshot
    self.dataTime = dataTime.timeIntervalSince1970
    self.position = position
  }
}
